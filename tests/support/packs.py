"""Packs to verify, and the same with one thing changed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from tramontane.pack import Head, Manifest, Part, in_memory, stream

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
HEAD = Head("Pack d’essai", (("Établissement", "CH <des> Essais"),), {"pv": "Procès-verbal", "preuve": "Preuves"})


def part(path: str, content: bytes = b"contenu", **more: Any) -> Part:
    """One file, proof of EXI 23 unless said otherwise."""
    values: dict[str, Any] = {
        "role": "preuve",
        "title": path,
        "exigences": ("dmp:exi-23",),
        "size": len(content),
    } | more
    return Part(path, open=in_memory(content), **values)


def pack(*parts: Part) -> bytes:
    """The whole pack in memory."""
    return b"".join(stream(HEAD, parts, at=AT))


def noted(*parts: Part) -> tuple[Manifest, str]:
    """What the writer tells once it has ended."""
    told: list[tuple[Manifest, str]] = []
    for _ in stream(HEAD, parts, at=AT, ended=lambda *both: told.append(both)):
        pass
    return told[0]


def rewritten(data: bytes, **changes: bytes | None) -> bytes:
    """The same archive with some files changed (None: removed) or added, under their names."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    files: dict[str, bytes | None] = {info.filename: source.read(info) for info in source.infolist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files | changes).items():
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()
