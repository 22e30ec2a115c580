"""A document as values: headings, paragraphs, lists and tables, drawn in PDF (`pdf`) or written in Word (`ui.word`).

Every text is a value: nothing in it is read as markup by Typst, by Word or by a reader of either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tramontane.ui import paper

# Ranges the fonts that come with Typst draw: elsewhere PDF/A, which forbids a missing glyph, would refuse the document.
_DRAWN = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0250-\u02ff\u0370-\u0373\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u0660-\u0669\u1e00-\u1eff\u2010-\u2027\u202f-\u2040\u2044-\u2052"
    "\u2070\u2071\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2122\u2126\u2150-\u2184\u2190-\u22ff\u2500-\u25ff\u2713-\u2718]"
)
_UNDRAWN = "\u25a1"  # a white square, in place of a character that no font here draws
_UNSAYABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_UNBROKEN = re.compile(r"\S{25,}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside the document, of level 2 or 3 (1 is the document's own)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `strong` for the sentence that commits."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header repeated on each page. `widths` are shares of the page; 0: as wide as its content."""

    widths: tuple[int, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Where people sign by hand, on the same page as the sentence they sign."""

    label: str
    name: str
    sentence: str = ""


Block = Heading | Paragraph | Bullets | Facts | Table | Signature
_KINDS = {
    Heading: "heading",
    Paragraph: "paragraph",
    Bullets: "bullets",
    Facts: "facts",
    Table: "table",
    Signature: "signature",
}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who gives the document. `logo`: PNG, JPEG or SVG bytes; empty: none."""

    name: str
    identifier: str
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class Document:
    """The whole document.

    Attributes:
        reference: at the top right of each page.
        notice: in a box on each page; empty: none.
    """

    title: str
    letterhead: Letterhead
    blocks: Sequence[Block] = field(default_factory=tuple)
    reference: str = ""
    notice: str = ""


def pdf(document: Document, *, at: datetime) -> bytes:
    """Tagged PDF/A-2a and PDF/UA-1. Equal documents at the same instant give equal bytes.

    Raises:
        ui.paper.PaperError: a logo that is no picture.
    """
    head = document.letterhead
    data = {
        "title": drawn(document.title),
        "name": drawn(head.name),
        "identifier": drawn(head.identifier),
        "reference": drawn(document.reference),
        "notice": drawn(document.notice),
        "logo": head.logo or None,
        "blocks": [_plain(block) for block in document.blocks],
    }
    return paper.write("ui/paper/document.typ", data, at=at)


def clean(text: str) -> str:
    """The text without control characters nor hidden changes of direction."""
    return _UNSAYABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def drawn(text: str) -> str:
    """The text as the PDF shows it: what no font draws is a square, and a long run may break anywhere."""
    composed = unicodedata.normalize("NFC", clean(text))
    shown = _DRAWN.sub(lambda one: "" if unicodedata.combining(one[0]) else _UNDRAWN, composed)
    return _UNBROKEN.sub(lambda run: "\u200b".join(run[0][at : at + 8] for at in range(0, len(run[0]), 8)), shown)


def _plain(block: Block) -> Mapping[str, Any]:
    names = type(block).__dataclass_fields__
    return {"kind": _KINDS[type(block)], **{name: _drawn_all(getattr(block, name)) for name in names}}


def _drawn_all(value: Any) -> Any:
    if isinstance(value, str):
        return drawn(value)
    return [_drawn_all(one) for one in value] if isinstance(value, tuple) else value
