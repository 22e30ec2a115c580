"""The ministry's list of regional referents, in Excel or CSV. Its layout is not published as data: the columns are found by
their headings, and a file that has not the expected one is refused with what it has."""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl import load_workbook

from tramontane.ui import spreadsheet
from tramontane.ui.workbook import inert
from tramontane.ui.workbook_reading import MAX_BYTES, WorkbookError, guard

# The referents to write to are those of this column (webinaire: « Appui au projet de consultation intégrée »).
WANTED = "Appui au projet de consultation intégrée"
HEADINGS = {
    "region": ("region",),
    "organisation": ("organisme", "structure"),
    "contact": ("appui", "consultation integree"),
}
EXCEL = b"PK"
HEAD_WITHIN, MAX_ROWS, MAX_COLUMNS = 15, 1000, 60
LIMITS = {"region": 120, "organisation": 200, "contact": 2000}


class ContactsError(ValueError):
    """A file that is not the list; `problems` says why, with the line at fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One line of the list, as its cells say it."""

    line: int
    region: str
    organisation: str
    contact: str


def read(data: bytes) -> list[ContactLine]:
    """The lines that name somebody for « Appui au projet de consultation intégrée ».

    Raises:
        ContactsError: too large, neither a workbook nor a table, the column is missing, a formula, nobody named, a cell
            too long.
    """
    if len(data) > MAX_BYTES:
        raise ContactsError([f"Le fichier dépasse {MAX_BYTES // (1024 * 1024)} Mo."])
    try:
        tables = _workbook(data) if data.startswith(EXCEL) else [_csv(data)]
        if any(len(table) > MAX_ROWS for table in tables):
            raise ContactsError([f"Une feuille dépasse {MAX_ROWS} lignes : ce n’est pas la liste attendue."])
        lines = next((found for table in tables if (found := _lines(table)) is not None), None)
    except WorkbookError as error:
        raise ContactsError(error.problems) from None
    if lines is None:
        said = f"Aucune colonne « {WANTED} » à côté d’une colonne « Région » dans les {HEAD_WITHIN} premières lignes."
        raise ContactsError([said])
    too_long = [f"Ligne {one.line} : « {name} » dépasse {limit} caractères."
                for one in lines for name, limit in LIMITS.items() if len(getattr(one, name)) > limit]  # fmt: skip
    if too_long or not lines:
        raise ContactsError(too_long or [f"La colonne « {WANTED} » ne nomme personne."])
    return lines


def _workbook(data: bytes) -> list[list[list[str]]]:
    guard(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            return [_cells(sheet.title, sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)) for sheet in book]
    except ContactsError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, OSError, SyntaxError) as error:
        raise ContactsError([f"Ce classeur est illisible : {type(error).__name__}."]) from None


def _cells(title: str, rows: Iterable[Sequence[object]]) -> list[list[str]]:
    found = []
    for number, row in enumerate(rows, start=1):
        formulas = [cell for cell in row if getattr(cell, "data_type", "") == "f"]
        if formulas:
            raise ContactsError([f"Feuille « {title} », ligne {number} : formule ; collez la valeur à sa place."])
        values = [getattr(cell, "value", None) for cell in row]
        found.append([inert(str(value)).strip() if value is not None else "" for value in values])
    return found


def _csv(data: bytes) -> list[list[str]]:
    try:
        found = [[inert(cell).strip() for cell in row[:MAX_COLUMNS]] for row in spreadsheet.table(data)]
    except ValueError as error:
        raise ContactsError([str(error)]) from None
    if not any(any(row) for row in found):
        raise ContactsError(["Le fichier est vide."])
    return found


def _lines(table: list[list[str]]) -> list[ContactLine] | None:
    """None: this sheet has not the headings. A region left blank is the one above (merged cells)."""
    for at, row in enumerate(table[:HEAD_WITHIN]):
        places = _places(row)
        if "region" in places and "contact" in places:
            return list(_below(table, at, places))
    return None


def _places(row: list[str]) -> dict[str, int]:
    plain = [_plain(cell) for cell in row]
    found = {}
    for name, words in HEADINGS.items():
        every = name == "contact"
        match = (i for i, text in enumerate(plain) if (all if every else any)(word in text for word in words))
        if (place := next(match, None)) is not None:
            found[name] = place
    return found


def _below(table: list[list[str]], head: int, places: dict[str, int]) -> Iterator[ContactLine]:
    region = ""
    for number, row in enumerate(table[head + 1 :], start=head + 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        region = cells["region"] or region
        if cells["contact"]:
            yield ContactLine(number, region, cells.get("organisation", ""), cells["contact"])


def _plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
