"""A clinical document to a page: self-contained, without anything active, in French, ready to print.

Any bytes give a page. What cannot be shown is offered as a download, and the page says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from functools import cache
from importlib.resources import files

from lxml import etree

from tramontane.dmp.cda.document import Document, Level, embedded_of, read
from tramontane.dmp.cda.headline import show_header, title_of
from tramontane.dmp.cda.html import Content, data_url, h, page
from tramontane.dmp.cda.images import Images
from tramontane.dmp.cda.media import EXTENSIONS, SHOWABLE_IMAGES, Embedded, Mime
from tramontane.dmp.cda.narrative import Context, Notice, anchors_of
from tramontane.dmp.cda.sections import show_sections
from tramontane.dmp.errors import MalformedMessage

MAX_LINKED = 10_000_000
"""Bytes of a file the page itself may hold as a link; a larger one is left to the application, in `downloads`."""


class Kind(StrEnum):
    """What the page shows."""

    STRUCTURED = "structured"
    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    FILE = "file"
    EMPTY = "empty"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Download:
    """A file to offer. `name` comes from its kind, never from the document."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page and what goes with it.

    Attributes:
        html: the whole page, self-contained.
        downloads: files of the document that are not shown whole, or the document itself when unreadable.
        notices: what the reader is told about the page, in French; also written in it.
        reason: why the document, or its file, is not shown; empty when it is.
    """

    html: str
    kind: Kind
    downloads: tuple[Download, ...] = ()
    notices: tuple[str, ...] = ()
    reason: str = ""


def render(data: bytes, *, zone: tzinfo | None = None, show_traits: bool = False) -> Rendered:
    """The page of a document. Never raises, whatever the bytes.

    Args:
        zone: the reader's time zone, e.g. Europe/Paris; None shows times as the document writes them.
        show_traits: also show the patient's name and birth date; by default only the masked INS (RG_0320).
    """
    try:
        document = read(data)
    except MalformedMessage as error:
        return _unreadable(data, error)
    heading = show_header(document.header, zone=zone, show_traits=show_traits)
    if document.level is Level.STRUCTURED and document.body is not None:
        return _structured(document, document.body, heading)
    return _unstructured(document, heading, data)


def _structured(document: Document, body: etree._Element, heading: etree._Element) -> Rendered:
    context = Context(anchors_of(body), Images(body))
    sections = list(show_sections(body, context))
    downloads = tuple(_download(one) for one in context.images.unshown)
    notices = tuple(sorted(context.notices))
    html = _page(document, [heading, h("main", *sections), *_offers(downloads), *_notices(notices)])
    return Rendered(html, Kind.STRUCTURED, downloads, notices)


def _unstructured(document: Document, heading: etree._Element, data: bytes) -> Rendered:
    """The one file of a level 1 document, shown when it can be, offered when it cannot."""
    try:
        embedded = embedded_of(document)
    except MalformedMessage as error:
        offered = (_original(data),)
        content = [heading, _absent(error.message), *_offers(offered)]
        return Rendered(_page(document, content), Kind.UNREADABLE, offered, reason=error.message)
    if embedded is None:
        notices = (str(Notice.EXTERNAL),) if document.level is Level.UNSTRUCTURED else ()
        content = [heading, _absent("Ce document n'a pas de contenu à afficher."), *_notices(notices)]
        return Rendered(_page(document, content), Kind.EMPTY, notices=notices, reason="document sans contenu")
    return _file(document, heading, embedded)


def _file(document: Document, heading: etree._Element, embedded: Embedded) -> Rendered:
    kind, shown = _shown(embedded)
    downloads = () if kind is Kind.TEXT else (_download(embedded),)
    reason = "" if kind is not Kind.FILE else _why_not(embedded)
    absent = [_absent(reason)] if reason else []
    html = _page(document, [heading, h("main", *shown, *absent), *_offers(downloads)])
    return Rendered(html, kind, downloads, reason=reason)


def _shown(embedded: Embedded) -> tuple[Kind, list[Content]]:
    if not embedded.as_declared:
        return Kind.FILE, []
    if embedded.mime in SHOWABLE_IMAGES and len(embedded.data) <= MAX_LINKED:
        return Kind.IMAGE, [h("figure", h("img", src=data_url(embedded.mime, embedded.data), alt="Image du document"))]
    if embedded.mime is Mime.TEXT:
        return Kind.TEXT, [h("pre", _text(embedded.data))]
    if embedded.mime is Mime.PDF:
        return Kind.PDF, [h("p", "Le contenu de ce document est un fichier PDF.")]
    return Kind.FILE, []


def _text(data: bytes) -> str:
    """UTF-8, or windows-1252 as some systems still send it under the name of text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _why_not(embedded: Embedded) -> str:
    if not embedded.as_declared and embedded.mime is not Mime.UNKNOWN:
        return "Le fichier contenu dans ce document n'est pas du type annoncé : il n'est pas affiché."
    return "Le fichier contenu dans ce document ne peut pas être affiché ici."


def _unreadable(data: bytes, error: MalformedMessage) -> Rendered:
    offered = (_original(data),)
    content = [h("header", h("h1", "Document non affichable")), _absent(error.message), *_offers(offered)]
    return Rendered(page("Document non affichable", _style(), content), Kind.UNREADABLE, offered, reason=error.message)


def _download(embedded: Embedded) -> Download:
    """A file that is not what it claims is offered as bytes, so that nothing opens it by itself."""
    mime = embedded.mime if embedded.as_declared else Mime.UNKNOWN
    return Download(f"document.{EXTENSIONS[mime]}", mime, embedded.data)


def _original(data: bytes) -> Download:
    return Download("document.bin", Mime.UNKNOWN, data)


def _offers(downloads: Iterable[Download]) -> list[etree._Element]:
    """A link that saves each file; in the page only when it is small enough."""
    return [h("p", _offer(download), class_="telechargement") for download in downloads]


def _offer(download: Download) -> Content:
    size = f"{max(1, len(download.data) // 1000)} ko"
    if len(download.data) > MAX_LINKED:
        return f"Le fichier {download.name} ({size}) se télécharge depuis l'application."
    mime = download.mime if download.mime == Mime.PDF else Mime.UNKNOWN
    href = data_url(mime, download.data)
    return h("a", f"Télécharger le fichier {download.name} ({size})", href=href, download=download.name)


def _absent(reason: str) -> etree._Element:
    return h("p", reason, class_="absent")


def _notices(notices: Iterable[str]) -> list[etree._Element]:
    items = [h("li", notice) for notice in notices]
    return [h("footer", h("p", h("strong", "À savoir sur cet affichage")), h("ul", *items))] if items else []


def _page(document: Document, content: Iterable[Content]) -> str:
    return page(title_of(document.header), _style(), content)


@cache
def _style() -> str:
    return files(__package__).joinpath("data", "style.css").read_text(encoding="utf-8")
