"""Objectives over a month of 10⁴ to 10⁷ traces on PostgreSQL, for 3,000 users and 120,000 patients.

What is promised: figures so far within 200 ms, read anew or kept; a month closed within 5 s and in flat memory; none of it
growing with the number of traces. Counted in processor time of both ends of the connection, and judged only on a machine
that is not busy: neighbours that share a core or its cache cost up to twice.
TRAMONTANE_BENCH_TRACES gives the sizes (default 10000,100000,1000000; 10000000 takes ten minutes to fill)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests")]

from harness import Measure  # noqa: E402

from support.postgres import Cluster, binaries  # noqa: E402

SIZES = os.environ.get("TRAMONTANE_BENCH_TRACES", "10000,100000,1000000").split(",")
LIVE, CLOSE, MEMORY = 0.2, 5.0, 16.0
ONE_PROCESS = "-c max_parallel_workers_per_gather=0"  # so that what the server spends can be read


def cases() -> Iterable[Measure]:
    """Four lines for each size; the ratio is to the first size of the run."""
    if binaries() is None:
        yield Measure("objectives: month close", 0, "s", "not run: no PostgreSQL server (package postgresql)")
        return
    cluster = Cluster()
    try:
        with tempfile.TemporaryDirectory() as directory:
            environment = {
                **os.environ,
                "TRAMONTANE_DATABASE_URL": cluster.create("objectives"),
                "TRAMONTANE_DATA_DIRECTORY": directory,
                "PGOPTIONS": ONE_PROCESS,
            }
            command = [sys.executable, str(HERE / "objectives.py"), *SIZES]
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                first: dict[str, float] = {}
                for line in process.stdout:
                    found = json.loads(line)
                    first = first or found
                    yield from _measures(found, first)
            if process.returncode:
                raise RuntimeError(f"objectives.py ended with {process.returncode}")
    finally:
        cluster.stop()


def _measures(found: dict[str, float], first: dict[str, float]) -> Iterable[Measure]:
    what = f"objectives, {int(found['traces']):,} traces".replace(",", " ")
    for name, key, promised in (
        ("so far, read anew", "read", LIVE),
        ("so far, kept", "kept", LIVE),
        ("month close", "close", CLOSE),
    ):
        spent, waited = found[f"{key}_cpu_s"], f"{found[f'{key}_s'] * 1000:.0f} ms on the clock"
        ratio = spent / first[f"{key}_cpu_s"]
        reach = f"≤ {promised * 1000:.0f} ms"
        load, cores = os.getloadavg()[0], os.cpu_count() or 1
        kept = (spent <= promised) or (None if load > cores + 1 else False)
        waited += f", load {load:.0f} on {cores} cores"
        yield Measure(f"{what}: {name}", spent * 1000, "ms", waited, ratio, reach, kept)
    held, before = found["close_mb"], first["close_mb"]
    yield Measure(
        f"{what}: peak memory of the close", held, "MB", "the whole process", held / before,
        f"≤ {MEMORY:.0f} MB above the first size", held - before <= MEMORY,
    )  # fmt: skip
