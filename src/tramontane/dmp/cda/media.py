"""What a document embeds: decoded within limits, and named by its bytes, never by what the document says it is."""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.xml import text_of

MAX_DECODED = 100_000_000
"""Bytes one embedded file may decode or decompress to."""


class Mime(StrEnum):
    """The kinds of file recognised by their first bytes."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    TIFF = "image/tiff"
    RTF = "application/rtf"
    ZIP = "application/zip"
    TEXT = "text/plain"
    UNKNOWN = "application/octet-stream"


_SIGNATURES = (
    (b"%PDF-", Mime.PDF),
    (b"\x89PNG\r\n\x1a\n", Mime.PNG),
    (b"\xff\xd8\xff", Mime.JPEG),
    (b"GIF87a", Mime.GIF),
    (b"GIF89a", Mime.GIF),
    (b"II*\x00", Mime.TIFF),
    (b"MM\x00*", Mime.TIFF),
    (b"{\\rtf", Mime.RTF),
    (b"PK\x03\x04", Mime.ZIP),
)
EXTENSIONS = {
    Mime.PDF: "pdf",
    Mime.PNG: "png",
    Mime.JPEG: "jpg",
    Mime.GIF: "gif",
    Mime.TIFF: "tif",
    Mime.RTF: "rtf",
    Mime.ZIP: "zip",
    Mime.TEXT: "txt",
    Mime.UNKNOWN: "bin",
}
# The only kinds a page may show by itself. SVG is not one of them: it carries scripts.
SHOWABLE_IMAGES = frozenset({Mime.PNG, Mime.JPEG, Mime.GIF})


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file found in a document.

    Attributes:
        mime: what its bytes are.
        declared: what the document says they are, verbatim.
        data: the decoded bytes.
    """

    mime: Mime
    declared: str
    data: bytes

    @property
    def as_declared(self) -> bool:
        """Whether the document told the truth. `image/jpg`, `text/rtf` and the like are tolerated spellings."""
        return self.declared in ("", self.mime) or _SPELLINGS.get(self.declared) is self.mime


_SPELLINGS = {"image/jpg": Mime.JPEG, "image/pjpeg": Mime.JPEG, "text/rtf": Mime.RTF, "image/tif": Mime.TIFF}


def kind_of(data: bytes, declared: str) -> Mime:
    """The kind of file, by its first bytes; text only when declared so and free of binary."""
    for signature, mime in _SIGNATURES:
        if data.startswith(signature):
            return mime
    return Mime.TEXT if declared == Mime.TEXT and b"\x00" not in data else Mime.UNKNOWN


def read_embedded(element: etree._Element) -> Embedded | None:
    """The file an `ED` element carries (`text`, `value`); None when it carries nothing but a reference.

    Raises:
        MalformedMessage: base64 or compression that cannot be undone, or a file that would be too large.
    """
    content = text_of(element)
    if not content:
        return None
    declared = element.get("mediaType", Mime.TEXT).partition(";")[0].strip().lower()
    data = _from_base64(content) if element.get("representation") == "B64" else content.encode()
    data = _decompressed(data, element.get("compression", ""))
    return Embedded(kind_of(data, declared), declared, data)


def _from_base64(content: str) -> bytes:
    try:
        return binascii.a2b_base64("".join(content.split()), strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable("base64", "un contenu en base64", "un contenu qui n'en est pas") from error


# HL7 V3 data types, CompressionAlgorithm: window bits of zlib for each.
_COMPRESSIONS = {"DF": -15, "ZL": 15, "GZ": 31}


def _decompressed(data: bytes, algorithm: str) -> bytes:
    if not algorithm:
        return data
    if algorithm not in _COMPRESSIONS:
        raise _unreadable("compression", " ou ".join(_COMPRESSIONS), "un autre algorithme de compression")
    inflater = zlib.decompressobj(_COMPRESSIONS[algorithm])
    try:
        inflated = inflater.decompress(data, MAX_DECODED)
    except zlib.error as error:
        raise _unreadable("compression", f"un contenu compressé {algorithm}", "un contenu qui n'en est pas") from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise _unreadable(
            "taille", f"au plus {MAX_DECODED} octets décompressés, entiers", "davantage, ou un flux coupé"
        )
    return inflated


def _unreadable(what: str, expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "Le fichier contenu dans le document ne peut pas être décodé.",
        code=f"cda-fichier-{what}",
        expected=expected,
        received=received,
        reference="HL7 V3, type de données ED",
        next_step="téléchargez le document et signalez-le à son auteur",
    )
