"""A document in Word, to be edited: beside the PDF, never in its place. The same document gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tramontane.ui.document import Bullets, Document, Facts, Heading, Paragraph, Signature, Table, clean
from tramontane.ui.redating import redated

_FONT = "Arial"


def write(document: Document, *, at: datetime) -> bytes:
    """The .docx file.

    Args:
        at: its date, aware.
    """
    target = docx.Document()
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    _prepare(target, document, moment)
    _head(target, document)
    target.add_heading(clean(document.title), level=1)
    for block in document.blocks:
        _WRITERS[type(block)](target, block)
    raw = io.BytesIO()
    target.save(raw)
    return redated(raw.getvalue(), moment)


def _prepare(target: Any, document: Document, moment: datetime) -> None:
    properties = target.core_properties
    properties.title, properties.author, properties.language = clean(document.title)[:255], "", "fr-FR"
    properties.comments = ""
    properties.created = properties.modified = moment
    normal = target.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(10.5)
    normal.element.rPr.append(_element("w:lang", val="fr-FR"))
    for level in (1, 2, 3):
        style = target.styles[f"Heading {level}"]
        style.font.name, style.font.color.rgb = _FONT, None
        style.element.rPr.rFonts.attrib.clear()
        style.element.rPr.rFonts.set(qn("w:ascii"), _FONT)
        style.element.rPr.rFonts.set(qn("w:hAnsi"), _FONT)
    section = target.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)


def _head(target: Any, document: Document) -> None:
    """Letterhead on the first lines; reference and notice on each page."""
    section, head = target.sections[0], document.letterhead
    top = section.header.paragraphs[0]
    top.add_run(clean(document.reference))
    if document.notice:
        line = section.header.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(clean(document.notice)).bold = True
    if head.logo:
        with suppress(UnrecognizedImageError):  # an SVG: python-docx writes none; the PDF shows it
            target.add_picture(io.BytesIO(head.logo), height=Mm(16))
    line = target.add_paragraph()
    line.add_run(clean(head.name)).bold = True
    line.add_run(f"\n{clean(head.identifier)}")


def _heading(target: Any, block: Heading) -> None:
    target.add_heading(clean(block.text), level=block.level)


def _paragraph(target: Any, block: Paragraph) -> None:
    target.add_paragraph().add_run(clean(block.text)).bold = block.strong or None


def _bullets(target: Any, block: Bullets) -> None:
    for item in block.items:
        target.add_paragraph(clean(item), style="List Bullet")


def _facts(target: Any, block: Facts) -> None:
    for name, value in block.pairs:
        line = target.add_paragraph()
        line.add_run(f"{clean(name)}\u00a0: ")
        line.add_run(clean(value)).bold = True


def _table(target: Any, block: Table) -> None:
    table = target.add_table(rows=1, cols=len(block.header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, block.header, strict=True):
        cell.paragraphs[0].add_run(clean(text)).bold = True
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))  # noqa: SLF001 - no public way
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(clean(text)).font.size = Pt(9.5)


def _signature(target: Any, block: Signature) -> None:
    target.add_paragraph().add_run(clean(block.sentence)).bold = True
    line = target.add_paragraph()
    line.add_run(f"{clean(block.label)}\n")
    line.add_run(clean(block.name)).bold = True


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


_WRITERS: dict[type, Callable[[Any, Any], None]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Bullets: _bullets,
    Facts: _facts,
    Table: _table,
    Signature: _signature,
}
