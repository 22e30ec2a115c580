"""Document contents: files named by their SHA-256, written once, streamed both ways, never held whole in memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredContent:
    """A content in the store.

    Attributes:
        digest: SHA-256 hex, the file's name.
        sha1: SHA-1 hex, the XDS `hash` of the document (the registry's algorithm, not a security one).
        size: bytes.
    """

    digest: str
    sha1: str
    size: int


class Incoming:
    """A content being received: `write` chunks, `end`, then `keep` it or `forget` it."""

    def __init__(self, contents: ContentStore) -> None:
        self._contents = contents
        self._file: IO[bytes] = contents.temporary()
        self._path = Path(self._file.name)
        self._sha256 = hashlib.sha256()
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._size = 0
        self._kept = False

    def write(self, chunk: bytes | memoryview) -> None:
        """Append a chunk."""
        self._sha256.update(chunk)
        self._sha1.update(chunk)
        self._size += self._file.write(chunk)

    def end(self) -> None:
        """Everything was written: a message of a thousand attachments holds one open file, not a thousand."""
        self._file.close()

    @property
    def content(self) -> StoredContent:
        """What was received so far, as it would be kept."""
        return StoredContent(self._sha256.hexdigest(), self._sha1.hexdigest(), self._size)

    def keep(self) -> StoredContent:
        """Make the content durable under its digest; again changes nothing: two documents may share an attachment."""
        if not self._kept:
            self.end()
            with self._path.open("rb") as written:
                os.fsync(written.fileno())
            self._contents.adopt(self._path, self.content.digest)
            self._kept = True
        return self.content

    def forget(self) -> None:
        """Drop what was received, unless it was kept: then nothing bears its first name any more."""
        try:
            self._file.close()
        finally:  # on a full disk, closing writes, and fails
            self._path.unlink(missing_ok=True)


class ContentStore:
    """Files `contents/ab/abcdef…` under a directory."""

    def __init__(self, directory: Path) -> None:
        self._contents = directory / "contents"
        self._incoming = directory / "incoming"

    def temporary(self) -> IO[bytes]:
        """An open file on the store's own file system, so that adopting it is a rename."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=self._incoming, delete=False)

    def receive(self) -> Incoming:
        """Begin to receive a content."""
        return Incoming(self)

    def save(self, chunks: Iterable[bytes]) -> StoredContent:
        """Receive a whole content."""
        incoming = self.receive()
        try:
            for chunk in chunks:
                incoming.write(chunk)
            return incoming.keep()
        finally:
            incoming.forget()

    def adopt(self, source: Path, digest: str) -> None:
        """Give a received file its final name; the same content twice is one file."""
        target = self._path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)

    def chunks(self, digest: str) -> Iterator[bytes]:
        """The content, in chunks of `CHUNK` bytes at most.

        Raises:
            FileNotFoundError: nothing under that digest.
        """
        with self._path(digest).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def forget_interrupted(self, before: datetime) -> None:
        """Remove what was being received when a process was killed: nothing touched it since `before`, aware."""
        for path in self._incoming.glob("*"):
            with suppress(FileNotFoundError):  # another process sweeps too
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()

    def clear(self) -> None:
        """Remove every content."""
        shutil.rmtree(self._contents, ignore_errors=True)
        shutil.rmtree(self._incoming, ignore_errors=True)

    def _path(self, digest: str) -> Path:
        return self._contents / digest[:2] / digest


def store() -> ContentStore:
    """The store of this installation."""
    return ContentStore(Path(settings.NATIONAL_DATA_DIRECTORY))
