"""Reads a clinical document: its header, and which kind of body it has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from tramontane.dmp.cda.elements import CLINICAL_DOCUMENT, find
from tramontane.dmp.cda.header import read_header
from tramontane.dmp.cda.media import Embedded, read_embedded
from tramontane.dmp.cda.values import Header
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.xml import parse

MAX_DOCUMENT = 150_000_000
"""Bytes of a document that will be read; a larger one is offered as a download."""
MAX_MARKUP = 1_000_000
"""`<` a document may hold: bounds the memory and time of its tree, whatever its size."""
_XSLT = "{http://www.w3.org/1999/XSL/Transform}"


class Level(StrEnum):
    """How much of the body a program understands."""

    UNSTRUCTURED = "1"
    STRUCTURED = "3"
    EMPTY = "0"


@dataclass(frozen=True, slots=True)
class Document:
    """A clinical document that was read.

    Attributes:
        header: its header.
        level: the kind of its body; sections without entries (level 2) count as structured.
        body: `nonXMLBody` or `structuredBody`; None when there is neither.
        root: the `ClinicalDocument` element.
    """

    header: Header
    level: Level
    body: etree._Element | None
    root: etree._Element


def read(data: bytes) -> Document:
    """Read a CDA R2 document, alone or inside the style sheet that presents it (`application/xslt+xml`).

    Raises:
        MalformedMessage: not XML, too large, or no `ClinicalDocument` in it.
    """
    root = _clinical_document(_parse(data))
    unstructured, structured = find(root, "component/nonXMLBody"), find(root, "component/structuredBody")
    if structured is not None:
        return Document(read_header(root), Level.STRUCTURED, structured, root)
    level = Level.EMPTY if unstructured is None else Level.UNSTRUCTURED
    return Document(read_header(root), level, unstructured, root)


def extract(data: bytes) -> Embedded | None:
    """The file a level 1 document carries; None for any other document.

    Raises:
        MalformedMessage: the document, or its file, cannot be read.
    """
    return embedded_of(read(data))


def embedded_of(document: Document) -> Embedded | None:
    """The same, of a document already read."""
    text = find(document.body, "text") if document.level is Level.UNSTRUCTURED else None
    return None if text is None else read_embedded(text)


def _parse(data: bytes) -> etree._Element:
    if len(data) > MAX_DOCUMENT or data.count(b"<") > MAX_MARKUP:
        raise MalformedMessage(
            "Le document est trop volumineux pour être affiché.",
            code="cda-trop-volumineux",
            expected=f"au plus {MAX_DOCUMENT} octets et {MAX_MARKUP} balises",
            received=f"{len(data)} octets, {data.count(b'<')} balises",
            next_step="téléchargez le document pour l'ouvrir avec un autre logiciel",
        )
    return parse(data, large=True)


def _clinical_document(root: etree._Element) -> etree._Element:
    if root.tag == CLINICAL_DOCUMENT:
        return root
    if root.tag in (f"{_XSLT}stylesheet", f"{_XSLT}transform"):
        found = list(root.iter(CLINICAL_DOCUMENT))
        if len(found) == 1:
            return found[0]
    raise MalformedMessage(
        "Ce document n'est pas un document CDA R2.",
        code="cda-autre-document",
        expected="l'élément ClinicalDocument de HL7 V3",
        received=etree.QName(root).localname,
        reference="HL7 CDA R2",
        next_step="téléchargez le document pour l'ouvrir avec un autre logiciel",
    )
