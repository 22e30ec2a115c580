"""Read a multipart as it arrives, whatever the chunks: no socket, and memory bounded by one chunk and one header."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tramontane.dmp.soap.mtom.headers import MediaType, boundary_of, malformed, parse_headers

MAX_HEADER_BYTES = 16 * 1024
MAX_PREAMBLE_BYTES = 64 * 1024
MAX_PADDING_BYTES = 256
MAX_PARTS = 1_000

_CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class PartBegins:
    """A part begins.

    Attributes:
        headers: by lower-case name.
        content_id: without its angle brackets; empty when the part has none.
    """

    headers: Mapping[str, str]
    content_id: str


@dataclass(frozen=True, slots=True)
class PartData:
    """A piece of the current part: a view that keeps its chunk alive as long as it is held."""

    data: memoryview


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The current part is complete."""


Event = PartBegins | PartData | PartEnds


class MultipartReader:
    """Feed it chunks, it gives events; `close` tells whether the message was whole.

    Raises:
        MalformedMessage: the content type is no ``multipart/related`` (here), or the body is broken (when fed).
    """

    def __init__(self, content_type: str) -> None:
        self.media_type = MediaType.parse(content_type)
        self._delimiter = _CRLF + b"--" + boundary_of(self.media_type)
        self._buffer = b""
        self._at = 0  # what stands before is consumed
        self._lent = 0  # bytes at `_at` that belong to the blank line after the headers, not to the content
        self._skipped = 0
        self._parts = 0
        self._content_ids: set[str] = set()
        self._step: Callable[[list[Event]], bool] = self._read_preamble

    def feed(self, chunk: bytes | bytearray | memoryview) -> list[Event]:
        """The events that this chunk completes."""
        left = self._buffer[self._at :]
        self._buffer = left + chunk if left else bytes(chunk)  # bytes(bytes) copies nothing
        self._at = 0
        events: list[Event] = []
        while self._step(events):
            pass
        return events

    def close(self) -> None:
        """The stream is over.

        Raises:
            MalformedMessage: the closing delimiter was not met: the message is cut.
        """
        if self._step != self._read_epilogue:
            raise malformed("le délimiteur de fin", "un message interrompu", "RFC 2046, §5.1.1")

    # Each step consumes the buffer and says whether the next one can go on with what is left.

    def _read_preamble(self, _: list[Event]) -> bool:
        if self._skipped == 0:  # the very first delimiter needs no line break before it
            start = self._delimiter[len(_CRLF) :]
            if self._buffer.startswith(start):
                return self._go_on(len(start), self._read_delimiter)
            if start.startswith(self._buffer):
                return False
        found = self._buffer.find(self._delimiter)
        skipped = found if found >= 0 else max(len(self._buffer) - len(self._delimiter) + 1, 0)
        self._skipped += skipped
        if self._skipped > MAX_PREAMBLE_BYTES:
            raise malformed("le premier délimiteur", "un préambule sans fin", "RFC 2046, §5.1.1")
        if found < 0:
            self._at = skipped
            return False
        return self._go_on(found + len(self._delimiter), self._read_delimiter)

    def _read_delimiter(self, _: list[Event]) -> bool:
        """``--`` closes; blanks and a line break open a part. Anything else could be read in two ways: refused."""
        if self._buffer.startswith(b"--", self._at):
            return self._go_on(len(self._buffer), self._read_epilogue)
        line_end = self._buffer.find(_CRLF, self._at)
        padding = self._buffer[self._at : line_end if line_end >= 0 else self._at + MAX_PADDING_BYTES + 1]
        half_read = line_end < 0 and padding == b"-"
        allowed = half_read or not padding.strip(b" \t" if line_end >= 0 else b" \t\r")
        if not allowed or len(padding) > MAX_PADDING_BYTES:
            raise malformed("une fin de ligne après le délimiteur", "autre chose", "RFC 2046, §5.1.1")
        # The line break stays: without any header, it makes the blank line with the next one.
        return line_end >= 0 and self._go_on(line_end, self._read_headers)

    def _read_headers(self, events: list[Event]) -> bool:
        end = self._buffer.find(_CRLF + _CRLF, self._at)
        if (end if end >= 0 else len(self._buffer)) - self._at > MAX_HEADER_BYTES:
            raise malformed(f"au plus {MAX_HEADER_BYTES} octets d'en-têtes par partie", "davantage", "limite locale")
        if end < 0:
            return False
        headers = parse_headers(self._buffer[self._at : end])
        events.append(PartBegins(headers, self._new_content_id(headers)))
        # The blank line stays: the delimiter of an empty part may begin with it.
        self._lent = len(_CRLF)
        return self._go_on(end + len(_CRLF), self._read_body)

    def _read_body(self, events: list[Event]) -> bool:
        found = self._buffer.find(self._delimiter, self._at)
        # Without a delimiter, what could be its beginning waits for the next chunk.
        end = found if found >= 0 else len(self._buffer) - len(self._delimiter) + 1
        begin = self._at + self._lent
        if end > begin:
            events.append(PartData(memoryview(self._buffer)[begin:end]))
            self._at, self._lent = end, 0
        if found < 0:
            return False
        events.append(PartEnds())
        return self._go_on(found + len(self._delimiter), self._read_delimiter)

    def _read_epilogue(self, _: list[Event]) -> bool:
        self._at = len(self._buffer)
        return False

    def _go_on(self, position: int, step: Callable[[list[Event]], bool]) -> bool:
        self._at = position
        self._step = step
        return True

    def _new_content_id(self, headers: Mapping[str, str]) -> str:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise malformed(f"au plus {MAX_PARTS} parties", "davantage", "limite locale")
        content_id = headers.get("content-id", "").strip("<>")
        if content_id and content_id in self._content_ids:
            raise malformed("des Content-ID distincts", "un Content-ID répété", "RFC 2387, §3.2")
        self._content_ids.add(content_id)
        return content_id
