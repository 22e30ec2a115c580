"""Read a message that is whole in memory: the SOAP root and its parts, without copying the contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tramontane.dmp.soap.mtom.headers import MediaType, malformed
from tramontane.dmp.soap.mtom.reader import MultipartReader, PartBegins, PartData

_SOAP_TYPES = frozenset({"application/soap+xml", "text/xml", "application/xml", "application/xop+xml"})


@dataclass(frozen=True, slots=True)
class Received:
    """A message.

    Attributes:
        root: the SOAP envelope.
        parts: the other parts by content id (without angle brackets), as views on the body that was given.
            A part without content id cannot be referenced and is not there.
    """

    root: bytes
    parts: Mapping[str, memoryview]

    def part(self, href: str) -> memoryview:
        """The content that ``xop:Include/@href`` designates.

        Raises:
            MalformedMessage: not a ``cid:`` reference, or nothing bears that id.
        """
        content = self.parts.get(content_id_of(href))
        if content is None:
            raise malformed("la partie que xop:Include désigne", "aucune partie de ce nom", "XOP 1.0, §2.1")
        return content


def read(content_type: str, body: bytes) -> Received:
    """Read a body, ``multipart/related`` or plain SOAP (a server may answer a fault without MTOM).

    Raises:
        MalformedMessage: neither of the two, or a broken multipart.
    """
    media_type = MediaType.parse(content_type)
    if media_type.name in _SOAP_TYPES:
        return Received(body, {})
    parts = _parts(content_type, body)
    start = media_type.parameters.get("start", "").strip("<>")
    root = next((content for content_id, content in parts if not start or content_id == start), None)
    if root is None:
        raise malformed("la partie racine", "aucune", "RFC 2387, §3.2")
    return Received(
        bytes(root), {content_id: content for content_id, content in parts if content_id and content is not root}
    )


def content_id_of(href: str) -> str:
    """The content id in a ``cid:`` URL, percent-decoded (RFC 2392); empty when it is not one."""
    scheme, _, escaped = href.strip().partition(":")
    if scheme.lower() != "cid":
        return ""
    decoded = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), escaped.encode())
    return decoded.decode("utf-8", "replace").strip("<>")


def _parts(content_type: str, body: bytes) -> list[tuple[str, memoryview]]:
    """Fed at once, a part comes in one piece."""
    reader = MultipartReader(content_type)
    parts: list[tuple[str, memoryview]] = []
    for event in reader.feed(body):
        match event:
            case PartBegins(content_id=content_id):
                parts.append((content_id, memoryview(b"")))
            case PartData(data=data):
                parts[-1] = (parts[-1][0], data)
            case _:
                pass
    reader.close()
    return parts
