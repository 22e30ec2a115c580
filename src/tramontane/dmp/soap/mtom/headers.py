"""MIME headers as MTOM needs them: a media type with its parameters, and the header block of a part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tramontane.dmp.errors import MalformedMessage

# RFC 2045 §5.1: token | quoted-string; white space around the separators is tolerated.
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))\s*', re.DOTALL)
_MEDIA_TYPE = re.compile(r"\s*([^\s;/]+/[^\s;/]+)\s*")
_READABLE_ENCODINGS = frozenset({"", "binary", "8bit", "7bit"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A ``Content-Type``, names in lower case, values verbatim without their quotes."""

    name: str
    parameters: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> MediaType:
        """Read a header, parameters quoted or not.

        Raises:
            MalformedMessage: not a media type, or a parameter that repeats or cannot be read.
        """
        match = _MEDIA_TYPE.match(text)
        if match is None:
            raise malformed("un type de média", "un en-tête illisible", "RFC 2045, §5.1")
        parameters: dict[str, str] = {}
        position = match.end()
        while position < len(text):
            found = _PARAMETER.match(text, position)
            if found is None:
                if text[position:].strip(" \t;"):
                    raise malformed("des paramètres nom=valeur", "un paramètre illisible", "RFC 2045, §5.1")
                break
            name = found[1].lower()
            if name in parameters:
                raise malformed(f"un seul paramètre {name}", "plusieurs", "RFC 2045, §5.1")
            parameters[name] = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
            position = found.end()
        return cls(match[1].lower(), parameters)

    @property
    def is_multipart(self) -> bool:
        """True for ``multipart/related``."""
        return self.name == "multipart/related"


def boundary_of(media_type: MediaType) -> bytes:
    """The boundary of a multipart (RFC 2046, §5.1.1: 1 to 70 characters).

    Raises:
        MalformedMessage: not a multipart, or a boundary that cannot be.
    """
    boundary = media_type.parameters.get("boundary", "")
    if not media_type.is_multipart or not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise malformed("multipart/related avec un boundary de 1 à 70 caractères", media_type.name, "RFC 2046, §5.1.1")
    return boundary.encode()


def parse_headers(block: bytes) -> Mapping[str, str]:
    """The headers of a part, names in lower case; folded lines are joined.

    Raises:
        MalformedMessage: a line that is not a header, a repeated header, or an encoding MTOM does not use.
    """
    headers: dict[str, str] = {}
    for line in re.sub(rb"\r\n[ \t]+", b" ", block).split(b"\r\n"):
        if not line:
            continue
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        name = name.strip().lower()
        if not colon or not name:
            raise malformed("nom: valeur", "une ligne sans nom d'en-tête", "RFC 2045, §3")
        if name in headers:
            raise malformed(f"un seul en-tête {name}", "plusieurs", "RFC 2045, §3")
        headers[name] = value.strip()
    encoding = headers.get("content-transfer-encoding", "").lower()
    if encoding not in _READABLE_ENCODINGS:
        raise malformed("Content-Transfer-Encoding: binary", encoding, "XOP 1.0, §4.1")
    return headers


def malformed(expected: str, received: str, reference: str) -> MalformedMessage:
    """The error of this package: which part of the format is broken."""
    return MalformedMessage(
        "Le message MTOM reçu est mal formé.",
        code="mtom-mal-forme",
        expected=expected,
        received=received,
        reference=reference,
        next_step="réessayez ; si le défaut persiste, signalez-le à l'assistance",
    )
