"""Writing a pack as a stream: memory does not grow with the evidence, and the same parts give the same bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from tramontane.pack.manifest import INDEX, MANIFEST, SIGNATURE, Entry, Manifest, State
from tramontane.pack.names import unsafe
from tramontane.pack.page import page

_PIECE = 256 * 1024
_ZIP64_FROM = 1 << 30
# Already compressed: deflating them again costs time and gains nothing.
_COMPRESSED = (
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".zip",
    ".gz",
    ".7z",
    ".docx",
    ".xlsx",
    ".pptx",
    ".odt",
    ".mp4",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file to put in.

    Attributes:
        path: inside the pack, ``preuves/exi-23/liste.pdf``.
        role: key of `Head.roles`.
        open: gives its content, as a file to read and close; an OSError there means that it is absent.
        frozen_sha256: the digest it must have; empty when none was kept.
        size: in bytes, when known.
    """

    path: str
    role: str
    title: str
    open: Callable[[], IO[bytes]]
    exigences: tuple[str, ...] = ()
    frozen_sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """What the reader is told first.

    Attributes:
        facts: names and values, in order.
        roles: key → heading, in the order of the page.
        note: a paragraph under the facts.
        exigences: identifier → label, for the page.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    roles: Mapping[str, str]
    note: str = ""
    exigences: Mapping[str, str] = field(default_factory=dict)


def in_memory(content: bytes) -> Callable[[], IO[bytes]]:
    """The `open` of a part that is already in memory."""
    return lambda: io.BytesIO(content)


def stream(
    head: Head,
    parts: Iterable[Part],
    *,
    at: datetime,
    ended: Callable[[Manifest, str], None] | None = None,
    sign: Callable[[bytes], bytes] | None = None,
) -> Iterator[bytes]:
    """The bytes of the pack, piece by piece: the parts, then the page, then the manifest and its signature.

    A file that is absent, or no longer what was frozen, does not stop the pack: page and manifest say so.

    Args:
        at: when it is made, aware; dates of the files inside.
        ended: told the manifest and its SHA-256 once everything is written.
        sign: gives a detached CMS signature (DER) of the bytes of the manifest; None: the pack is not signed.

    Raises:
        ValueError: a path that should not be unpacked, or given twice.
    """
    sink = _Sink()
    entries: list[Entry] = []
    taken = {INDEX, MANIFEST, SIGNATURE}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # a stream without seek
        for part in parts:
            _check(part, taken)
            entries.append((yield from _packed(archive, sink, part, at)))
        manifest = Manifest(head.title, head.facts, at.isoformat(timespec="seconds"), tuple(entries))
        shown = Part(INDEX, "index", "Sommaire", in_memory(page(head.roles, head.note, head.exigences, manifest)))
        listed = yield from _packed(archive, sink, shown, at)
        complete = Manifest(manifest.title, manifest.facts, manifest.made_at, (*entries, listed))
        written = complete.written()
        yield from _packed(archive, sink, Part(MANIFEST, "", "", in_memory(written)), at)
        if sign is not None:
            yield from _packed(archive, sink, Part(SIGNATURE, "", "", in_memory(sign(written))), at)
    yield sink.take()
    if ended is not None:
        ended(complete, hashlib.sha256(written).hexdigest())


def _check(part: Part, taken: set[str]) -> None:
    reason = unsafe(part.path)
    if reason:
        raise ValueError(f"« {part.path} » : {reason}")
    if part.path.casefold() in taken:
        raise ValueError(f"« {part.path} » : ce chemin est déjà pris")
    taken.add(part.path.casefold())


def _packed(archive: zipfile.ZipFile, sink: _Sink, part: Part, at: datetime) -> Generator[bytes, None, Entry]:
    """One file into the archive. Gives the pieces, returns its entry."""
    try:
        source = part.open()
    except OSError:
        return Entry(part.path, part.role, part.title, part.exigences, 0, "", part.frozen_sha256, State.ABSENT)
    digest, size = hashlib.sha256(), 0
    with source, archive.open(_info(part, at), "w", force_zip64=part.size > _ZIP64_FROM) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
            yield sink.take()
    yield sink.take()
    found = digest.hexdigest()
    state = State.WHOLE if part.frozen_sha256 in ("", found) else State.ALTERED
    return Entry(part.path, part.role, part.title, part.exigences, size, found, part.frozen_sha256, state)


def _info(part: Part, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(part.path, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    info.compress_type = zipfile.ZIP_DEFLATED
    # Level 0 keeps the DEFLATE method: readers that stream refuse a stored file whose size comes after it.
    info._compresslevel = 0 if part.path.casefold().endswith(_COMPRESSED) else 6  # type: ignore[attr-defined]  # noqa: SLF001 - public from 3.13
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


class _Sink:
    """What the archive writes to: it keeps the bytes until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
