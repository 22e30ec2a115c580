"""A request body as it arrives: the SOAP root in memory, its attachments in files. Memory stays bounded."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import mtom
from tramontane.national.storage import ContentStore, Incoming

# What the verification of a VIHF reads at most; the real system's limits are not documented.
MAX_ROOT_BYTES = 1024 * 1024
MAX_PARTS_BYTES = 512 * 1024 * 1024


class Reception:
    """Feed it chunks, `close` it, read `message` and `parts`. Leaving the context forgets what nobody kept.

    Raises:
        MalformedMessage: broken multipart, or more bytes than the limits (when fed or closed).
    """

    def __init__(self, content_type: str, contents: ContentStore) -> None:
        self._contents = contents
        self._root = bytearray()
        self._reader: mtom.MultipartReader | None = None
        self._target: bytearray | Incoming = self._root
        self._begun = False
        self._received = 0
        self._forgetting = ExitStack()
        self.parts: dict[str, Incoming] = {}
        if content_type.strip().lower().startswith("multipart/"):
            self._reader = mtom.MultipartReader(content_type)

    @property
    def message(self) -> bytes:
        """The SOAP envelope."""
        return bytes(self._root)

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk of the body."""
        if self._reader is None:
            self._write(chunk)
            return
        for event in self._reader.feed(chunk):
            if isinstance(event, mtom.PartBegins):
                self._begin(event)
            elif isinstance(event, mtom.PartData):
                self._write(event.data)
            elif isinstance(self._target, Incoming):
                self._target.end()

    def close(self) -> None:
        """The body is over."""
        if self._reader is not None:
            self._reader.close()

    def _begin(self, event: mtom.PartBegins) -> None:
        """The first part is the root: every DMP sample puts it there, and RFC 2387 makes it the default."""
        if not self._begun:
            self._begun = True
            return
        attachment = self._contents.receive()
        self._forgetting.callback(attachment.forget)  # not from `parts`: several may have no Content-ID
        self._target = self.parts[event.content_id] = attachment

    def _write(self, data: bytes | memoryview) -> None:
        self._received += len(data)
        if isinstance(self._target, Incoming):
            _limit(self._received, MAX_ROOT_BYTES + MAX_PARTS_BYTES, "répartissez les documents en plusieurs lots")
            self._target.write(data)
        else:
            _limit(self._received, MAX_ROOT_BYTES, "joignez les documents en MTOM")
            self._root += data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forgetting.close()


def _limit(received: int, maximum: int, advice: str) -> None:
    if received > maximum:
        raise MalformedMessage(
            "Le message est trop long.",
            code="message-trop-long",
            expected=f"au plus {maximum} octets",
            reference="limite de la maquette",
            next_step=advice,
        )
