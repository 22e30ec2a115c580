"""Writes CDA R2 documents in the French profile (CI-SIS « Structuration minimale »): levels 1 and 3."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from tramontane.dmp.cda import build_header
from tramontane.dmp.cda.build_header import H, write_coded
from tramontane.dmp.cda.values import Header
from tramontane.dmp.nomenclatures import Coded


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of text."""

    text: str


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, the headings of its columns, its rows of as many cells."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | BulletList | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A section: title, optional code, content, and sections below it."""

    title: str
    content: tuple[Block, ...] = ()
    code: Coded | None = None
    sections: tuple[Section, ...] = ()


def build_level1(header: Header, content: bytes, mime: str) -> bytes:
    """A document whose body is one file, in base64."""
    text = H.text(b64encode(content).decode(), mediaType=mime, representation="B64")
    return _document(header, H.nonXMLBody(text))


def build_level3(header: Header, sections: Sequence[Section]) -> bytes:
    """A document whose body is made of sections."""
    return _document(header, H.structuredBody(*(_component(section) for section in sections)))


def _document(header: Header, body: etree._Element) -> bytes:
    root = H.ClinicalDocument(*build_header.write_header(header), H.component(body))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _component(section: Section) -> etree._Element:
    return H.component(
        H.section(
            *([write_coded("code", section.code)] if section.code else []),
            H.title(section.title),
            *([H.text(*(_block(block) for block in section.content))] if section.content else []),
            *(_component(inner) for inner in section.sections),
        )
    )


def _block(block: Block) -> etree._Element:
    match block:
        case Paragraph(text):
            return H.paragraph(text)
        case BulletList(items):
            return H.list(*(H.item(item) for item in items))
        case Table(caption, headings, rows):
            return H.table(
                H.caption(caption),
                H.thead(H.tr(*(H.th(heading) for heading in headings))),
                H.tbody(*(H.tr(*(H.td(cell) for cell in row)) for row in rows)),
            )
