"""How every benchmark of this folder measures, and what it returns.

A figure is a ratio between two things timed in the same process, in alternating rounds and in processor time, so that
a busy machine slows both alike: absolute times are printed for interest, ratios are what is promised. A peer that is not installed
gives a record whose `ok` is None and whose `against` says "not run".

A benchmark is a module `benchmarks/<package>/bench_<subject>.py` with a function `cases() -> Iterable[Measure]`.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table.

    Attributes:
        name: what was measured.
        value: its figure, in `unit` (0 when it did not run).
        unit: e.g. ``µs/op``, ``MB``, ``req/s``.
        against: the floor or peer of the same run, and its own figure in words; "not run: why" when it is missing.
        ratio: `value` compared with the peer, in the sense `reach` speaks of; None when there is no peer.
        reach: the promise in words, e.g. ``≥ 1.5 × JDK``; empty when only reported.
        ok: whether the promise is held; None when it is not judged.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None = None
    reach: str = ""
    ok: bool | None = None


def seconds_per_call(work: Work, calls: int, *, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of one call, averaged over `calls` in a row, garbage collector at rest.

    The default clock counts the processor time of this process; give `time.perf_counter` where waiting counts too.
    """
    gc.collect()
    gc.disable()
    try:
        start = clock()
        for _ in range(calls):
            work()
        return (clock() - start) / calls
    finally:
        gc.enable()


def paired(subject: Work, peer: Work, *, rounds: int = 15, round_seconds: float = 0.15) -> tuple[float, float, float]:
    """Time `subject` and `peer` in alternating rounds.

    Returns:
        (seconds of one `subject` call, seconds of one `peer` call, median over rounds of subject ÷ peer).
    """
    works = (subject, peer)
    counts = [max(1, int(round_seconds / max(seconds_per_call(work, 3), 1e-9))) for work in works]
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        for which in (0, 1) if turn % 2 == 0 else (1, 0):
            times[which].append(seconds_per_call(works[which], counts[which]))
    ratios = [mine / theirs for mine, theirs in zip(*times, strict=True)]
    return statistics.median(times[0]), statistics.median(times[1]), statistics.median(ratios)


def at_most(name: str, subject: Work, peer: Work, *, peer_name: str, limit: float, rounds: int = 15) -> Measure:
    """`subject` may cost at most `limit` times `peer`; the ratio is subject ÷ peer in time."""
    mine, theirs, ratio = paired(subject, peer, rounds=rounds)
    against = f"{peer_name}: {theirs * 1e6:.1f} µs/op"
    return Measure(name, mine * 1e6, "µs/op", against, ratio, f"≤ {limit:g} ×", ratio <= limit)


def at_least(name: str, subject: Work, peer: Work, *, peer_name: str, limit: float, rounds: int = 15) -> Measure:
    """`subject` must be at least `limit` times as fast as `peer`; the ratio is peer ÷ subject in time."""
    mine, theirs, ratio = paired(subject, peer, rounds=rounds)
    against = f"{peer_name}: {theirs * 1e6:.1f} µs/op"
    return Measure(name, mine * 1e6, "µs/op", against, 1 / ratio, f"≥ {limit:g} ×", 1 / ratio >= limit)


def not_run(name: str, why: str, *, unit: str = "µs/op", reach: str = "") -> Measure:
    """The record of a case whose peer or means are missing here."""
    return Measure(name, 0.0, unit, f"not run: {why}", None, reach, None)


def write(measures: Iterable[Measure], path: Path, *, keep: bool = False) -> None:
    """Write the records as a JSON list. `keep`: those already there stay, but for the same names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [asdict(measure) for measure in measures]
    if keep and path.exists():
        renewed = {record["name"] for record in records}
        before = json.loads(path.read_text(encoding="utf-8"))
        records = [record for record in before if record["name"] not in renewed] + records
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
