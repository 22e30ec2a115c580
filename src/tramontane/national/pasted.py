"""What someone copies from a log, read as the message it was: headers and body, chunks, multipart, or an envelope alone.

Pure: bytes in, the body and its content type out. Nothing here judges.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from tramontane.dmp.errors import MalformedMessage

MAX_UNPACKED = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_START_LINE = re.compile(rb"(?:[A-Z]+ (?P<target>\S+) HTTP/\d(?:\.\d)?|HTTP/\d(?:\.\d)? \d{3}[^\r\n]*)\r?\n")
_HEADER = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:")
_LINE_END = re.compile(rb"(?:\r?\n)?")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
# RFC 2046 §5.1.1: what a delimiter line may hold.
_DELIMITER = re.compile(rb"--([0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-])[ \t]*\r?\n")
_ENVELOPE = re.compile(rb"<(?P<tag>(?:[\w.-]+:)?Envelope)[\s>].*</(?P=tag)\s*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A message as it was on the wire.

    Attributes:
        service: last segment of the address that a request line gave; empty without one.
    """

    content_type: str
    body: bytes
    service: str = ""


def read(data: bytes) -> Pasted:
    """Find the message in what was pasted, or sent as a file.

    Raises:
        MalformedMessage: a compressed body that is broken, or too long once unpacked.
    """
    text = data.removeprefix(_BOM).lstrip(b"\r\n\t ")
    start = _START_LINE.match(text)
    target = (start["target"] or b"").decode("ascii", "replace") if start else ""
    headers, body = _split(text[start.end() :] if start else text)
    body = _decoded(headers, body)
    content_type = headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/"):
        content_type = _guessed(body)
    if content_type:
        return Pasted(content_type, _with_line_ends(body), _service(target))
    return Pasted("", _envelope(body), _service(target))


def _split(text: bytes) -> tuple[Mapping[str, str], bytes]:
    """Headers by lower-case name, and what follows the blank line; an XML or a multipart begins with none."""
    if _HEADER.match(text) is None:
        return {}, text
    head, body = [*_BLANK_LINE.split(text, maxsplit=1), b""][:2]
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()
    pairs = (line.decode("utf-8", "replace").partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, body


def _decoded(headers: Mapping[str, str], body: bytes) -> bytes:
    """Most logs show the body already put together, whatever the headers say: what does not look coded is not."""
    if "chunked" in headers.get("transfer-encoding", "").lower() and _CHUNK.match(body):
        body = _joined(body)
    if headers.get("content-encoding", "").lower() == "gzip" and body.startswith(b"\x1f\x8b"):
        body = _unpacked(body)
    return body


def _joined(body: bytes) -> bytes:
    """The chunks of RFC 9112 §7.1, one after the other."""
    whole, position = bytearray(), 0
    while (size := _CHUNK.match(body, position)) and int(size[1], 16):
        end = size.end() + int(size[1], 16)
        whole += body[size.end() : end]
        position = _LINE_END.match(body, end).end()  # type: ignore[union-attr]  # matches nothing too
    return bytes(whole)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        whole = unpacking.decompress(body, MAX_UNPACKED)
    except zlib.error:
        raise _unreadable("un corps gzip entier", "un corps gzip abîmé") from None
    if unpacking.unconsumed_tail:
        raise _unreadable(f"au plus {MAX_UNPACKED} octets une fois décompressé", "davantage")
    return whole


def _guessed(body: bytes) -> str:
    """A multipart without its headers says its boundary itself, on its first line."""
    found = _DELIMITER.match(body)
    return f'multipart/related; boundary="{found[1].decode()}"' if found else ""


def _with_line_ends(body: bytes) -> bytes:
    """A multipart is cut at CRLF; a log often kept LF alone. XML reads both alike."""
    return body if b"\r\n" in body else body.replace(b"\n", b"\r\n")


def _envelope(body: bytes) -> bytes:
    """The envelope within a line of log; everything when there is none to see."""
    if body.startswith(b"<"):
        return body
    found = _ENVELOPE.search(body)
    return found[0] if found else body


def _service(target: str) -> str:
    return target.partition("?")[0].rstrip("/").rpartition("/")[2]


def _unreadable(expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "Le message collé n'est pas lisible.",
        code="message-colle-illisible",
        expected=expected,
        received=received,
        reference="RFC 9110, §8.4",
        next_step="copiez la demande entière, ou envoyez-la en fichier",
    )
