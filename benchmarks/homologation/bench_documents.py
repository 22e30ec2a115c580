"""What the homologation hands out: the PV of 29 exigences, and an audit pack of one gigabyte of evidence."""

from __future__ import annotations

import os
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from harness import Measure, seconds_per_call  # noqa: E402  # one folder up

from support.paper_contents import AT, content, exigence, reserve  # noqa: E402
from tramontane.hospital.homologation.documents.papers import PAPERS  # noqa: E402
from tramontane.pack import Head, Part, stream, verify  # noqa: E402
from tramontane.ui import document  # noqa: E402

REACH_MS = 100.0
REACH_MB = 32.0
GIGABYTE = 1 << 30
PIECES = 40  # evidence files of 25 MB, the largest the workspace takes


def cases() -> Iterator[Measure]:
    yield _pv()
    yield from _pack()


def _pv() -> Measure:
    """Processor time: the least of several, so that a busy machine counts less."""
    given = content(
        exigence("exi-04", "conforme_perimetre", perimetre="Cardiologie", etapes="Chirurgie", calendrier="2027"),
        exigence("exi-20", "partielle", reserve=reserve()),
    )
    least = min(seconds_per_call(lambda: document.pdf(PAPERS["pv"].draw(given), at=AT), 1) for _ in range(15)) * 1e3
    size = len(document.pdf(PAPERS["pv"].draw(given), at=AT))
    return Measure(
        "PV of 29 exigences, PDF/A-2a and UA-1",
        least,
        "ms",
        f"{size} bytes",
        None,
        f"≤ {REACH_MS:g} ms",
        least <= REACH_MS,
    )


def _pack() -> Iterator[Measure]:
    """Peak of what Python allocates, while a gigabyte goes through; then while it is verified."""
    evidence = os.urandom(1 << 20)
    parts = [
        Part(
            f"preuves/exi-23/{n}.pdf",
            "preuve",
            f"Preuve {n}",
            lambda: _Repeated(evidence, GIGABYTE // PIECES),
            size=GIGABYTE // PIECES,
        )
        for n in range(PIECES)
    ]
    head = Head("Pack", (), {"preuve": "Preuves"})
    with tempfile.TemporaryFile() as kept:
        yield _peak("audit pack of 1 GB, written", lambda: _written(kept, head, parts), kept)
        yield _peak("audit pack of 1 GB, verified", lambda: verify(kept), kept)


def _written(kept: IO[bytes], head: Head, parts: list[Part]) -> None:
    for piece in stream(head, parts, at=datetime(2026, 11, 23, tzinfo=UTC)):
        kept.write(piece)


def _peak(name: str, work: object, kept: IO[bytes]) -> Measure:
    tracemalloc.start()
    seconds = seconds_per_call(work, 1)  # type: ignore[arg-type]  # a callable
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    size = kept.seek(0, 2) / 1e6
    return Measure(
        name, peak, "MB at most", f"{size:.0f} MB in {seconds:.1f} s", None, f"≤ {REACH_MB:g} MB", peak <= REACH_MB
    )


class _Repeated:
    """A large file made of one random megabyte, again and again."""

    def __init__(self, piece: bytes, size: int) -> None:
        self._piece, self._left = piece, size

    def read(self, size: int) -> bytes:
        given = self._piece[: min(size, self._left)]
        self._left -= len(given)
        return given

    def __enter__(self) -> _Repeated:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""
