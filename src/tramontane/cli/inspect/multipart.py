"""MTOM bodies, as they travel or as they are kept in a file: with their header line, or without it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tramontane.cli.inspect.clinical import describe_cda
from tramontane.cli.inspect.inspection import Inspection, Row
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import mtom

_HEADERS = re.compile(rb"\A(?:[A-Za-z-]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+\r?\n")
_CONTENT_TYPE = re.compile(rb"^content-type:\s*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"\A(?:\r?\n)?--([^\r\n]{1,70}?)[ \t]*\r?\n")


def multipart_of(data: bytes, content_type: str | None) -> tuple[str, bytes] | None:
    """(content type, body) when the bytes are a multipart: declared, or headed by its line, or begun by a boundary."""
    if content_type and content_type.strip().lower().startswith("multipart/"):
        return content_type, data
    headers = _HEADERS.match(data[:65536])
    declared = _CONTENT_TYPE.search(headers[0]) if headers else None
    if headers and declared and declared[1].strip().lower().startswith(b"multipart/"):
        return re.sub(rb"\s+", b" ", declared[1]).decode("latin-1"), data[headers.end() :]
    boundary = _BOUNDARY.match(data[:80])
    if boundary is None:
        return None
    return f'multipart/related; type="application/xop+xml"; boundary="{boundary[1].decode("latin-1")}"', data


def with_parts(told: Inspection, parts: Mapping[str, memoryview], traits: Traits) -> Inspection:
    """The summary of the root, the attachments added."""
    if not parts:
        return told
    described = [(name, bytes(content)) for name, content in parts.items()]
    lines = tuple(Row("Pièce jointe", _told(content, traits)) for _, content in described)
    sizes = [{"content_id": name, "size": len(content)} for name, content in described]
    return replace(told.with_rows(*lines), details={**told.details, "parts": sizes})


def _told(content: bytes, traits: Traits) -> str:
    size = f"{len(content)} octets"
    try:
        document = describe_cda(content, traits)
    except MalformedMessage:
        return size
    named = {row.label: row.value for row in document.rows}
    return f"{document.title} « {named.get('Titre', 'sans titre')} », {size}"


def read(content_type: str, body: bytes) -> mtom.Received:
    """The parts.

    Raises:
        MalformedMessage: a broken multipart.
    """
    return mtom.read(content_type, body)
