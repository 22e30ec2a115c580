"""Reports as real PDFs, laid out by hand on the page: quick, and byte for byte the same for the same report.

They use the reader's own Helvetica: they are not PDF/A-1, which wants every font inside.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from tramontane.demo.compose import Report, Section, Table

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 56.0, WIDTH - 56.0, HEIGHT - 50.0, 64.0
INK, SOFT, RULE = HexColor(0x1F2933), HexColor(0x52606D), HexColor(0x9FB3C8)
NOTICE = "Document de démonstration : patients, professionnels et établissements fictifs."


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around the report: one string a line."""

    establishment: tuple[str, ...]
    patient: tuple[str, ...]
    date_line: str
    signature: tuple[str, ...]


def render(report: Report, letterhead: Letterhead) -> bytes:
    """The PDF of a report."""
    buffer = io.BytesIO()
    page = _Page(Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1))
    page.canvas.setTitle(report.title)
    page.canvas.setAuthor(letterhead.establishment[0])
    page.canvas.setSubject(NOTICE)
    _head(page, report, letterhead)
    for section in report.sections:
        _section(page, section)
    page.space(18)
    for line in letterhead.signature:
        page.line(line, align=page.canvas.drawRightString, x=RIGHT)
    page.finish()
    return buffer.getvalue()


class _Page:
    """A pen that goes down the page, and turns it."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.number = 1
        self.y = TOP

    def space(self, height: float) -> None:
        self.y -= height

    def line(
        self,
        text: str,
        *,
        font: str = "Helvetica",
        size: float = 10,
        x: float = LEFT,
        color: HexColor = INK,
        align: Callable[[float, float, str], object] | None = None,
    ) -> None:
        if self.y < BOTTOM + size:
            self.turn()
        self.y -= size * 1.4
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        (align or self.canvas.drawString)(x, self.y, text)

    def paragraph(self, text: str, *, indent: float = 0) -> None:
        for text_line in simpleSplit(text, "Helvetica", 10, RIGHT - LEFT - indent):
            self.line(text_line, x=LEFT + indent)

    def turn(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.number += 1
        self.y = TOP

    def finish(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.canvas.save()

    def _foot(self) -> None:
        self.canvas.setFont("Helvetica", 7.5)
        self.canvas.setFillColor(SOFT)
        self.canvas.drawString(LEFT, 34, NOTICE)
        self.canvas.drawRightString(RIGHT, 34, f"Page {self.number}")


def _head(page: _Page, report: Report, letterhead: Letterhead) -> None:
    name, *details = letterhead.establishment
    page.line(name, font="Helvetica-Bold", size=12)
    for detail in details:
        page.line(detail, size=8.5, color=SOFT)
    page.space(8)
    page.canvas.setStrokeColor(RULE)
    page.canvas.line(LEFT, page.y, RIGHT, page.y)
    for line in letterhead.patient:
        page.line(line, size=9)
    page.space(16)
    for title_line in simpleSplit(report.title, "Helvetica-Bold", 14, RIGHT - LEFT):
        page.line(title_line, font="Helvetica-Bold", size=14)
    page.line(letterhead.date_line, size=9, color=SOFT)


def _section(page: _Page, section: Section) -> None:
    page.space(10)
    if page.y < BOTTOM + 48:  # a heading never stays alone at the bottom
        page.turn()
    if section.heading:
        page.line(section.heading, font="Helvetica-Bold", size=10.5)
        page.space(2)
    if isinstance(section.content, Table):
        _table(page, section.content)
    elif isinstance(section.content, str):
        page.paragraph(section.content)
    else:
        for item in section.content:
            page.paragraph(f"–  {item}", indent=8)


def _table(page: _Page, table: Table) -> None:
    width = (RIGHT - LEFT) / (len(table.header) + 0.6)  # the first column is wider
    edges = [LEFT, *(LEFT + width * (rank + 0.6) for rank in range(1, len(table.header)))]
    widths = [width * 1.6, *([width] * (len(table.header) - 1))]
    _row(page, table.header, edges, widths, font="Helvetica-Bold")
    page.canvas.setStrokeColor(RULE)
    page.canvas.line(LEFT, page.y - 3, RIGHT, page.y - 3)
    page.space(2)
    for row in table.rows:
        _row(page, row, edges, widths, font="Helvetica")


def _row(page: _Page, cells: Sequence[str], edges: Sequence[float], widths: Sequence[float], *, font: str) -> None:
    split = [simpleSplit(cell, font, 9, width - 6) for cell, width in zip(cells, widths, strict=True)]
    deepest = max(map(len, split))
    if page.y - deepest * 12.6 < BOTTOM:
        page.turn()
    top = page.y
    for lines, edge in zip(split, edges, strict=True):
        page.y = top
        for line in lines:
            page.line(line, font=font, size=9, x=edge)
    page.y = top - deepest * 12.6
