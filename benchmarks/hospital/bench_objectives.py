"""Objectives over a month of 10⁴ to 10⁷ traces on PostgreSQL, for 3,000 users and 120,000 patients.

What is promised: figures so far within 200 ms, a month closed within 5 s and without more memory, whatever the number of
traces. TRAMONTANE_BENCH_TRACES gives the sizes (default 10000,100000,1000000; the promise is also held at 10000000,
which takes ten minutes to fill)."""

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
LIVE, CLOSE, MEMORY = 0.2, 5.0, 64.0


def cases() -> Iterable[Measure]:
    """Four lines for each size."""
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
            }
            command = [sys.executable, str(HERE / "objectives.py"), *SIZES]
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    yield from _measures(json.loads(line))
            if process.returncode:
                raise RuntimeError(f"objectives.py ended with {process.returncode}")
    finally:
        cluster.stop()


def _measures(found: dict[str, float]) -> Iterable[Measure]:
    what = f"objectives, {int(found['traces']):,} traces".replace(",", " ")
    yield Measure(
        f"{what}: so far, kept", found["live_s"] * 1000, "ms", "3 000 users", None, "≤ 200 ms", found["live_s"] <= LIVE
    )
    yield Measure(f"{what}: so far, read anew", found["read_s"] * 1000, "ms", "120 000 patients", None)
    yield Measure(
        f"{what}: month close", found["close_s"], "s", "sealed before", None, "≤ 5 s", found["close_s"] <= CLOSE
    )
    yield Measure(
        f"{what}: memory of the close", found["close_mb"], "MB", "", None, "≤ 64 MB", found["close_mb"] <= MEMORY
    )
