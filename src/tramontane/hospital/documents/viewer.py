"""From the bytes of a document to what is shown: a page, an image, or a file to open. Pure.

The bytes decide, not the announced type: a page is only ever made by `dmp.cda.render`; nothing else is served as HTML.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import tzinfo
from html import escape

from tramontane.dmp import cda
from tramontane.dmp.cda import Kind

_SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF8", "image/gif", ".gif"),
    (b"II*\0", "image/tiff", ".tif"),
    (b"MM\0*", "image/tiff", ".tif"),
    (b"{\\rtf", "application/rtf", ".rtf"),
)
_SHOWN_AS_IS = frozenset({"image/png", "image/jpeg", "image/gif"})
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml|[A-Za-z!])")
PDF = "application/pdf"
WHY_FILE = "Ce format ne s’affiche pas dans un navigateur : téléchargez le fichier."
WHY_UNREADABLE = "Ce document n’a pas pu être lu : téléchargez-le tel que le DMP l’a donné."


@dataclass(frozen=True, slots=True)
class File:
    """A file to open or to save. Its name never comes from the document."""

    name: str
    media_type: str
    data: bytes

    @property
    def opens(self) -> bool:
        """Whether the browser's own reader may open it: a PDF, by its first bytes."""
        return self.media_type == PDF


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of a document.

    Attributes:
        html: a whole self-contained page, for a sandboxed frame; empty when there is nothing to show in one. Of a CDA
            around a PDF, its header.
        files: what to open or save: the files inside first, the document as it came last.
        reason: why it is not shown whole; empty when it is.
    """

    html: str = ""
    files: tuple[File, ...] = ()
    reason: str = ""

    @property
    def pdf(self) -> File | None:
        """The PDF to show page by page, if any."""
        return next((file for file in self.files if file.opens), None)


def show(content: bytes, *, stem: str, zone: tzinfo) -> Shown:
    """What to show of these bytes; never raises. `stem` names the files."""
    media_type, suffix = sniff(content)
    original = File(f"{stem}{suffix}", media_type, content)
    if media_type in _SHOWN_AS_IS:
        return Shown(html=_image_page(content, media_type), files=(original,))
    if media_type == PDF:
        return Shown(files=(original,))
    if media_type == "text/xml":
        return _clinical(content, original, stem, zone)
    if media_type == "text/plain":
        return Shown(html=_text_page(content), files=(original,))
    return Shown(files=(original,), reason=WHY_FILE)


def _clinical(content: bytes, original: File, stem: str, zone: tzinfo) -> Shown:
    rendered = cda.render(content, zone=zone)
    inside = tuple(
        File(f"{stem}-{rank}{sniff(found.data)[1]}", sniff(found.data)[0], found.data)
        for rank, found in enumerate(rendered.downloads, 1)
        if found.data != content
    )
    if rendered.kind is Kind.UNREADABLE:
        return Shown(html=rendered.html, files=(*inside, original), reason=WHY_UNREADABLE)
    return Shown(html=rendered.html, files=(*inside, original), reason=rendered.reason and WHY_FILE)


def sniff(content: bytes) -> tuple[str, str]:
    """Media type and suffix of bytes, by what they are."""
    for magic, media_type, suffix in _SIGNATURES:
        if content.startswith(magic):
            return media_type, suffix
    if _XML.match(content[:200]):
        return "text/xml", ".xml"
    return ("text/plain", ".txt") if _is_text(content) else ("application/octet-stream", ".bin")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text[:10_000])


def _text_page(content: bytes) -> str:
    text = escape(content.decode("utf-8-sig", errors="replace"))
    return f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Document</title></head><body><pre>{text}</pre></body></html>'


def _image_page(content: bytes, media_type: str) -> str:
    data = b64encode(content).decode()
    return f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Image</title></head><body><img alt="Image du document" src="data:{media_type};base64,{data}"></body></html>'
