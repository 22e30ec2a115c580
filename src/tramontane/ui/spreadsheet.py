"""Tables that a French spreadsheet opens well: `;`, UTF-8 with BOM, and no cell that it would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

BOM = "\ufeff"
# What makes Excel, LibreOffice or Google Sheets compute instead of show (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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
    """Rows of a `;` (or `,`) file, by column name; spreadsheets' own encodings are tolerated on reading.

    Raises:
        ValueError: empty, not a table, or a column named twice.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first, _, _ = text.partition("\n")
    table = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ","))
    if not table or not any(cell.strip() for cell in table[0]):
        raise ValueError("Le fichier est vide.")
    names = [cell.strip().casefold() for cell in table[0]]
    if len(set(names)) != len(names):
        raise ValueError("Deux colonnes portent le même nom.")
    return [
        {**dict.fromkeys(names, ""), **{name: plain(cell) for name, cell in zip(names, row, strict=False)}}
        for row in table[1:]
        if any(cell.strip() for cell in row)
    ]
