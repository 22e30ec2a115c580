"""What a message costs before its sender is known: the worst that fits within the limits, against one RSA signature."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests")]

from harness import Measure, seconds_per_call  # noqa: E402  # one folder up

from support.floods import floods  # noqa: E402  # the documents the tests bound
from support.vihf_forgery import envelope, judge  # noqa: E402
from support.vihf_tokens import signer  # noqa: E402

REACH_MS = 50.0


def cases() -> Iterator[Measure]:
    costs = {name: _least(data) for name, data in floods(envelope())}
    worst = max(costs, key=costs.__getitem__)
    signature = min(seconds_per_call(lambda: signer().sign(b"x" * 700), 20) for _ in range(10))
    yield Measure(
        f"hostile XML, worst of {len(costs)}",
        costs[worst] * 1e3,
        "ms",
        f"one RSA signature: {signature * 1e3:.2f} ms; the worst: {worst}",
        costs[worst] / signature,
        f"≤ {REACH_MS:g} ms",
        costs[worst] * 1e3 <= REACH_MS,
    )


def _least(data: bytes) -> float:
    """Processor seconds to read the envelope and judge its token, as reception does: the least of a few."""
    return min(seconds_per_call(lambda: _receive(data), 1) for _ in range(5))


def _receive(data: bytes) -> None:
    with suppress(MalformedMessage):
        soap.read_envelope(data)
    judge(data)
