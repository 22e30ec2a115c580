"""Reading a workbook somebody brings: limits before it is opened, then a fixed layout, every fault with its line."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from tramontane.ui.workbook import Sheet, inert

MAX_BYTES = 5 * 1024 * 1024
MAX_INFLATED = 60 * 1024 * 1024
MAX_RATIO = 100
MAX_FILES = 500
MAX_ROWS = 2000
MAX_FAULTS = 50
# What openpyxl raises at a part that is not what it should be (lxml's XMLSyntaxError is a SyntaxError).
_BROKEN = (LookupError, TypeError, AttributeError, OSError, SyntaxError, zipfile.BadZipFile, zlib.error)
_HEAD_WITHIN = 10  # the headings are on one of the first rows
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}(\d{1,7}))[\"']")
_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")


class WorkbookError(ValueError):
    """A workbook that cannot be used; `problems` says every fault, with its sheet and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not blank: its number in the sheet, and its cells as text under the headings of the layout.

    Dates are in ISO form, whole numbers without a decimal point.
    """

    number: int
    cells: dict[str, str]


def read(data: bytes, layout: Sequence[Sheet]) -> dict[str, list[Line]]:
    """The lines of each sheet of a layout, under its title. Other sheets are left alone.

    Raises:
        WorkbookError: not a workbook, beyond the limits, a sheet or a heading missing, a formula, an error value.
    """
    guard(data)
    try:
        # What openpyxl does not keep (drop-downs, styles) is not read either: nothing to warn of.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _found(data, layout)
    except WorkbookError:
        raise
    except (ValueError, *_BROKEN) as error:
        raise WorkbookError([f"Ce classeur est illisible\u00a0: {type(error).__name__}."]) from None


def _found(data: bytes, layout: Sequence[Sheet]) -> dict[str, list[Line]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    names = {_plain(name): name for name in book.sheetnames}
    archive = zipfile.ZipFile(io.BytesIO(data))
    missing = [sheet.title for sheet in layout if _plain(sheet.title) not in names]
    if missing:
        raise WorkbookError([f"Feuille «\u00a0{title}\u00a0»\u00a0: absente." for title in missing])
    problems: list[str] = []
    found = {sheet.title: _lines(book[names[_plain(sheet.title)]], sheet, problems) for sheet in layout}
    problems += [said for sheet in layout for said in _merged(archive, book[names[_plain(sheet.title)]], sheet, found)]
    if problems:
        raise WorkbookError(problems[:MAX_FAULTS])
    return found


def _merged(archive: zipfile.ZipFile, sheet: Any, layout: Sheet, found: dict[str, list[Line]]) -> Iterator[str]:
    """Merged cells below the headings: all but the first read as empty, and would blank what they cover."""
    first = min((line.number for line in found[layout.title]), default=MAX_ROWS)
    part = archive.read(sheet._worksheet_path)  # noqa: SLF001 - openpyxl does not keep merged cells when it only reads
    for one in islice(_MERGED.finditer(part), MAX_ROWS):
        if int(one[2]) >= first:
            yield (
                f"Feuille «\u00a0{layout.title}\u00a0», {one[1].decode()}\u00a0: cellules fusionnées\u00a0; "
                "séparez-les et répétez la valeur."
            )


def guard(data: bytes) -> None:
    """Refuse, before any of it is parsed, an archive that would cost too much or that holds what no workbook needs.

    Raises:
        WorkbookError: with what was found.
    """
    if len(data) > MAX_BYTES:
        raise WorkbookError([f"Le classeur pèse {len(data)} octets\u00a0; {MAX_BYTES} au plus."])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive.infolist(), len(data))
            _check_parts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise WorkbookError(["Ce fichier n’est pas un classeur Excel (.xlsx), ou il est chiffré ou abîmé."]) from None


def _check_sizes(infos: list[zipfile.ZipInfo], size: int) -> None:
    inflated = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES or inflated > MAX_INFLATED or inflated > MAX_RATIO * size + 1_000_000:
        raise WorkbookError(
            [f"Le classeur gonflerait à {inflated} octets en {len(infos)} fichiers\u00a0: il est refusé."]
        )
    names = [info.filename.casefold() for info in infos]
    if len(set(names)) != len(names):
        raise WorkbookError(["Le classeur contient deux fois le même fichier\u00a0: il est refusé."])


def _check_parts(archive: zipfile.ZipFile) -> None:
    """No entity, no encoding that would hide one, no macro. A relation may lead to a part of any name: each is looked at."""
    for info in archive.infolist():
        name = info.filename.casefold()
        if name.endswith("vbaproject.bin"):
            raise WorkbookError(["Le classeur contient des macros\u00a0: enregistrez-le au format .xlsx."])
        content = archive.read(info)
        wide = name.endswith((".xml", ".rels", ".vml")) and content.startswith(_WIDE)
        if wide or _ENTITY.search(content.replace(b"\0", b"")):  # UTF-16 has them between the letters
            raise WorkbookError(
                [f"«\u00a0{ascii(info.filename)[1:-1]}\u00a0» déclare des entités\u00a0: le classeur est refusé."]
            )


def _lines(sheet: Any, layout: Sheet, problems: list[str]) -> list[Line]:
    where = f"Feuille «\u00a0{layout.title}\u00a0»"
    rows = enumerate(sheet.iter_rows(max_row=MAX_ROWS + _HEAD_WITHIN + 1, max_col=100), start=1)
    places = _headings(rows, layout)
    absent = [column.name for column in layout.columns if column.required and column.name not in places.values()]
    if absent:
        listed = ", ".join(f"«\u00a0{name}\u00a0»" for name in absent)
        problems.append(f"{where}\u00a0: colonnes attendues et absentes\u00a0: {listed}.")
        return []
    found = []
    for number, row in rows:
        cells = {
            name: _text(row[at], f"{where}, ligne {number}, «\u00a0{name}\u00a0»", problems)
            for at, name in places.items()
            if at < len(row)
        }
        if any(cells.values()):
            found.append(Line(number, {column.name: cells.get(column.name, "") for column in layout.columns}))
    if len(found) > MAX_ROWS:
        problems.append(f"{where}\u00a0: plus de {MAX_ROWS} lignes.")
    return found


def _headings(rows: Iterator[tuple[int, Any]], layout: Sheet) -> dict[int, str]:
    """Place → name of the columns of the layout, on the first row that names one of them twice over or all."""
    names = {_plain(column.name): column.name for column in layout.columns}
    best: dict[int, str] = {}
    for number, row in rows:
        texts = [_plain(str(cell.value)) if cell.value is not None else "" for cell in row]
        found = {at: names[text] for at, text in enumerate(texts) if text in names}
        best = max(best, found, key=len)
        if len(found) >= min(2, len(names)) or number == _HEAD_WITHIN:
            break
    return best


def _text(cell: Any, where: str, problems: list[str]) -> str:
    value = cell.value
    if cell.data_type == "f":
        problems.append(f"{where}\u00a0: formule\u00a0; collez la valeur à sa place.")
    elif cell.data_type == "e":
        problems.append(f"{where}\u00a0: valeur d’erreur {value}.")
    elif isinstance(value, datetime):
        return value.date().isoformat()
    elif isinstance(value, date):
        return value.isoformat()
    elif isinstance(value, bool):
        return "oui" if value else "non"
    elif isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    elif value is not None:
        return inert(str(value)).strip()
    return ""


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()
