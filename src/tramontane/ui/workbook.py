"""Excel workbooks that people fill in and bring back: written without a formula, read by a fixed layout.

A cell is text, a date or a whole number, never something Excel computes. The same sheets give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tramontane.ui.redating import redated

MAX_TEXT = 32_767  # of a cell, in Excel
# What XML 1.0 cannot say, and what changes the direction of the text around it.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_HEAD = PatternFill("solid", fgColor="E3E9F2")
_LOCKED = PatternFill("solid", fgColor="F2F2F2")
_LISTS = "Listes"

Value = str | date | int | None
_AnyCell = Cell | MergedCell


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its heading, by which it is found again.
        width: in characters.
        choices: the only values people may pick; empty: free.
        fixed: shown greyed: people read it, and what they write there is not taken.
        required: the sheet is refused without it.
    """

    name: str
    width: int = 20
    choices: tuple[str, ...] = ()
    fixed: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a heading row, then rows of as many values as columns. `notice` stands above the headings."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]] = ()
    notice: str = ""


def write(sheets: Sequence[Sheet], *, at: datetime, title: str = "") -> bytes:
    """The workbook.

    Args:
        at: its date, aware.

    Raises:
        ValueError: a row that has not as many values as there are columns.
    """
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new workbook has a sheet
    lists = _Lists()
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet, lists)
    lists.add_to(book)
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = book.properties
    properties.title, properties.creator, properties.language = title or None, "Tramontane", "fr-FR"
    properties.created = properties.modified = moment
    raw = io.BytesIO()
    book.save(raw)
    return redated(raw.getvalue(), moment)


def inert(text: str) -> str:
    """The text as a cell can hold it: no control character, no change of direction, within Excel's limit."""
    return _UNSAYABLE.sub("", text.replace("\r\n", "\n"))[:MAX_TEXT]


class _Lists:
    """The values of every drop-down, on a hidden sheet: a list written in the rule holds 255 characters only."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, ...], str] = {}

    def reference(self, choices: tuple[str, ...]) -> str:
        letter = self._columns.setdefault(choices, get_column_letter(len(self._columns) + 1))
        return f"={_LISTS}!${letter}$1:${letter}${len(choices)}"

    def add_to(self, book: Workbook) -> None:
        if not self._columns:
            return
        sheet = book.create_sheet(_LISTS)
        sheet.sheet_state = "hidden"
        for number, choices in enumerate(self._columns, start=1):
            for row, value in enumerate(choices, start=1):
                _put(sheet.cell(row, number), value)


def _fill(target: Worksheet, sheet: Sheet, lists: _Lists) -> None:
    head = 1
    if sheet.notice:
        _put(target.cell(1, 1), sheet.notice, Font(italic=True))
        head = 2
    for number, column in enumerate(sheet.columns, start=1):
        cell = target.cell(head, number)
        _put(cell, column.name, Font(bold=True))
        cell.fill = _HEAD
        target.column_dimensions[get_column_letter(number)].width = column.width
    for rank, row in enumerate(sheet.rows, start=head + 1):
        for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            _put_value(target.cell(rank, number), column, value)
    last = head + max(len(sheet.rows), 1)
    _restrict(target, sheet.columns, lists, head + 1, last + 200)
    target.freeze_panes = f"B{head + 1}"
    target.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.columns))}{last}"
    target.page_setup.orientation, target.page_setup.paperSize = "landscape", 9
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # a new sheet has it
    target.print_title_rows = f"{head}:{head}"


def _put_value(cell: _AnyCell, column: Column, value: Value) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.protection = Protection(locked=column.fixed)
    if column.fixed:
        cell.fill = _LOCKED
    if isinstance(value, date):
        cell.value, cell.number_format = value, "dd/mm/yyyy"
    elif isinstance(value, int):
        cell.value = value
    elif value:
        _put(cell, value)


def _put(cell: _AnyCell, text: str, font: Font | None = None) -> None:
    """A text, and never a formula: openpyxl takes « = » for one unless the type is set after the value."""
    cell.value = inert(text)
    cell.data_type = "s"
    # The leading apostrophe of Excel: shown as text even when somebody edits the cell.
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
    if font is not None:
        cell.font = font


def _restrict(target: Worksheet, columns: Sequence[Column], lists: _Lists, first: int, last: int) -> None:
    for number, column in enumerate(columns, start=1):
        if not column.choices:
            continue
        rule = DataValidation(type="list", formula1=lists.reference(column.choices), allow_blank=True)
        rule.errorTitle, rule.error = "Valeur hors liste", "Choisir une valeur de la liste."
        letter = get_column_letter(number)
        rule.add(f"{letter}{first}:{letter}{last}")
        target.add_data_validation(rule)


def choice(text: str, labels: Mapping[str, str]) -> str | None:
    """The key whose label was picked, whatever its case and spaces; None when it is not in the list."""
    wanted = " ".join(text.split()).casefold()
    return next((key for key, label in labels.items() if " ".join(label.split()).casefold() == wanted), None)
