"""Tables that a French spreadsheet opens well: `;`, UTF-8 with BOM, and no cell that it would run as a formula."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

BOM = "\ufeff"
# What makes Excel, LibreOffice or Google Sheets compute instead of show (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

NOT_A_TABLE = "Ce n’est pas un fichier CSV lisible. Depuis le tableur, enregistrez la feuille au format CSV (séparateur « ; », UTF-8)."


def safe(cell: object) -> str:
    """The text of a cell, made inert by a leading apostrophe when a spreadsheet would run it."""
    text = "" if cell is None else str(cell).replace("\x00", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(cell: str) -> str:
    """A cell as it was before `safe`."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file, line after line: a million rows need no memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    for number, row in enumerate(chain([header], rows)):
        writer.writerow([safe(cell) for cell in row])
        yield (BOM if number == 0 else "") + buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def read(data: bytes) -> list[dict[str, str]]:
    """Rows of a `;` (`,` or tab) file, by column name; spreadsheets' own encodings are tolerated on reading.

    Raises:
        ValueError: empty, not a table, a column named twice, or cells beyond the last column; the message is for the user.
    """
    return [row for _, row in numbered(data)]


def numbered(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """The same, each with the number a spreadsheet shows: the header is 1, empty rows are counted and left out.

    Raises:
        ValueError: as `read`.
    """
    table = _table(_text(data))
    if not table or not any(cell.strip() for cell in table[0]):
        raise ValueError("Le fichier est vide.")
    names = [cell.strip().casefold() for cell in table[0]]
    if len(set(names)) != len(names):
        raise ValueError("Deux colonnes portent le même nom.")
    rows = [(number, row) for number, row in enumerate(table[1:], start=2) if any(cell.strip() for cell in row)]
    beyond = [str(number) for number, row in rows if any(cell.strip() for cell in row[len(names) :])]
    if beyond:  # a separator inside a cell shifts those after it: a first name would be read as an RPPS
        raise ValueError(
            f"Plus de cellules que de colonnes, ligne {', '.join(beyond[:10])} : mettez entre guillemets la cellule qui contient le séparateur."
        )
    blank = dict.fromkeys(names, "")
    return [
        (number, blank | {name: plain(cell) for name, cell in zip(names, row, strict=False)}) for number, row in rows
    ]


def table(data: bytes) -> list[list[str]]:
    """Every row as a spreadsheet shows it, titles above the headings and empty rows too; the first is line 1.

    Raises:
        ValueError: not a table; the message is for the user.
    """
    return [[plain(cell) for cell in row] for row in _table(_text(data))]


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # Excel’s « Texte Unicode »
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _table(text: str) -> list[list[str]]:
    first = text.splitlines()[0] if text else ""
    separator = next((mark for mark in ";\t" if mark in first), ",")
    if "\0" in text:  # an Excel file itself, most often; PostgreSQL keeps none
        raise ValueError(NOT_A_TABLE)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ValueError(NOT_A_TABLE) from error
