"""The pages that list traces, on PostgreSQL: p99 at 10⁴ traces, then at many more; what is promised is the growth.

TRAMONTANE_BENCH_TRACES is the largest size, 1,000,000 by default; 10000000 is what the issue asks, and takes its time: most of
it to fill the table, which is told on standard error.
TRAMONTANE_BENCH_REQUESTS is how often each page is asked for, 200 by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests")]

from harness import Measure, not_run  # noqa: E402

from support.postgres import Cluster, binaries  # noqa: E402

SMALL = 10_000
LARGE = int(os.environ.get("TRAMONTANE_BENCH_TRACES", "1000000"))
# A deeper tree and colder pages: a page may take twice as long, not more. Below this it is quick anyway.
GROWTH, QUICK = 2.0, 50.0
# Once a night: a rule of thirty days reads thirty days, the others one.
SWEEP = 60.0


def cases() -> Iterable[Measure]:
    """Each page at both sizes."""
    if binaries() is None:
        yield not_run("pages listing traces", "PostgreSQL is not installed")
        return
    cluster = Cluster(durable=False)  # reads are measured: filling need not wait for the disk
    try:
        with tempfile.TemporaryDirectory() as directory:
            url = cluster.create("pages")
            small, large = (_run(url, directory, size) for size in (SMALL, LARGE))
    finally:
        cluster.stop()
    yield from _compared(small, large)


def _run(url: str, directory: str, size: int) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "pages.py"), url, directory, str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _compared(small: dict[str, Any], large: dict[str, Any]) -> Iterable[Measure]:
    sweeping = small.pop("sweep"), large.pop("sweep")
    for page, (median, p99) in large.items():
        before_median, before = small[page]
        ratio = p99 / before
        yield Measure(
            f"{page}, p99 with {LARGE:,} traces", p99, "ms",
            f"{before:.1f} ms with {SMALL:,} (medians {median:.1f} and {before_median:.1f})",
            ratio, f"≤ {GROWTH} × or ≤ {QUICK:.0f} ms", ratio <= GROWTH or p99 <= QUICK,
        )  # fmt: skip
    yield Measure(
        f"every rule on one day, with {LARGE:,} traces", sweeping[1], "s", f"{sweeping[0]:.1f} s with {SMALL:,}",
        None, f"≤ {SWEEP:.0f} s", sweeping[1] <= SWEEP,
    )  # fmt: skip
