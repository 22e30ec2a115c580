"""Write a multipart as a stream of chunks, its length known beforehand when every part's is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tramontane.dmp.errors import LocalError

ROOT_ID = "root@tramontane"
SLICE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A binary part.

    Attributes:
        content_id: unique in the message, without angle brackets, e.g. ``doc-1@hopital``.
        data: whole, or in chunks.
        length: size in bytes of chunked data when known; that of whole data is known.
    """

    content_id: str
    content_type: str
    data: bytes | memoryview | Iterable[bytes]
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Multipart:
    """A body ready to be sent.

    Attributes:
        chunks: the body; can be iterated again when every part's data can.
        length: size of the body in bytes, None when a part's length is unknown.
    """

    content_type: str
    chunks: Iterable[bytes]
    length: int | None


@dataclass(frozen=True, slots=True)
class _Chunks:
    pieces: tuple[bytes | Part, ...]
    delimiter: bytes

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from _content(piece, self.delimiter)


def write(root: bytes, parts: Iterable[Part], *, boundary: str, action: str = "") -> Multipart:
    """Assemble the message.

    Args:
        boundary: must occur in no content; derive it from a fresh UUID.
        action: SOAP action, repeated in the content type of a request.

    Raises:
        LocalError: a media type or content id that would break its header; at iteration, a content that holds the
            delimiter or has not the length announced.
    """
    parts = tuple(parts)
    head = b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"'
    opening = b"--" + boundary.encode() + b"\r\n" + _headers(head, ROOT_ID)
    pieces: list[bytes | Part] = [opening, Part(ROOT_ID, "", root)]
    for part in parts:
        pieces.append(
            f"\r\n--{boundary}\r\n".encode() + _headers(f"Content-Type: {part.content_type}".encode(), part.content_id)
        )
        pieces.append(part)
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    lengths = [len(piece) if isinstance(piece, bytes) else _length(piece) for piece in pieces]
    content_type = (
        f'multipart/related; type="application/xop+xml"; start="<{ROOT_ID}>"; '
        f'start-info="application/soap+xml"; boundary="{boundary}"'
    )
    return Multipart(
        content_type=f'{content_type}; action="{action}"' if action else content_type,
        chunks=_Chunks(tuple(pieces), f"\r\n--{boundary}".encode()),
        length=None if None in lengths else sum(length or 0 for length in lengths),
    )


def _headers(content_type: bytes, content_id: str) -> bytes:
    identity = f"Content-Transfer-Encoding: binary\r\nContent-ID: <{content_id}>".encode()
    if len((content_type + b"\r\n" + identity + b".").splitlines()) != 3:
        raise _unsendable("un type de média et un Content-ID d'une ligne", "un saut de ligne")
    return content_type + b"\r\n" + identity + b"\r\n\r\n"


def _length(part: Part) -> int | None:
    return len(part.data) if isinstance(part.data, bytes | memoryview) else part.length


def _content(part: Part, delimiter: bytes) -> Iterator[bytes]:
    """The part's chunks, watched: no delimiter inside, even across chunks, and the length announced."""
    # The blank line after the headers counts: content that begins with `--boundary` would close the part.
    tail, sent = b"\r\n", 0
    for chunk in _slices(part.data):
        if delimiter in tail + chunk[: len(delimiter)] or delimiter in chunk:
            raise _unsendable("un contenu sans le délimiteur MIME", "le délimiteur au milieu du contenu")
        tail = (tail + chunk[-len(delimiter) :])[-len(delimiter) :]
        sent += len(chunk)
        yield chunk
    announced = _length(part)
    if announced is not None and announced != sent:
        raise _unsendable(f"{announced} octets", f"{sent} octets")


def _slices(data: bytes | memoryview | Iterable[bytes]) -> Iterable[bytes]:
    if not isinstance(data, bytes | memoryview):
        return data
    view = memoryview(data)
    return (bytes(view[start : start + SLICE]) for start in range(0, len(view), SLICE))


def _unsendable(expected: str, received: str) -> LocalError:
    return LocalError(
        "Le document ne peut pas être envoyé tel quel.",
        code="mtom-contenu",
        expected=expected,
        received=received,
        reference="RFC 2046, §5.1.1",
        next_step="recommencez l'envoi avec un nouvel identifiant de message",
    )
