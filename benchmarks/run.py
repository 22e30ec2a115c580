"""Run the benchmarks: `python benchmarks/run.py [--only NAME]`. Prints a table and writes var/bench.json, where
`--only` renews its own cases and keeps the others.

Exit code 1 when a promise is not held, 0 otherwise (a peer that is not installed is no failure).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import Measure, write  # noqa: E402  # found beside this file, whatever the working directory

VERDICT = {True: "held", False: "MISSED", None: "—"}


def load(path: Path) -> ModuleType:
    """Import one benchmark file under a name of its own; its folder may hold its data and helpers."""
    name = f"bench_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def line(measure: Measure) -> str:
    ratio = "" if measure.ratio is None else f"{measure.ratio:.2f}"
    figure = f"{measure.value:,.1f} {measure.unit}"
    return f"{measure.name:<58} {figure:>18} {ratio:>7} {measure.reach:>9}  {VERDICT[measure.ok]:<7} {measure.against}"


def measures(only: str) -> Iterator[Measure]:
    for path in sorted(HERE.glob("*/bench_*.py")):
        if only not in f"{path.parent.name}/{path.stem}":
            continue
        cases: Iterable[Measure] = load(path).cases()
        for measure in cases:
            print(line(measure), flush=True)
            yield measure


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="run the files whose folder/name contains this")
    options.add_argument("--output", type=Path, default=HERE.parent / "var" / "bench.json")
    arguments = options.parse_args()
    print(f"{'case':<58} {'figure':>18} {'ratio':>7} {'reach':>9}  verdict against")
    done = list(measures(arguments.only))
    write(done, arguments.output, keep=bool(arguments.only))
    print(f"\n{len(done)} cases, written to {arguments.output}")
    return int(any(measure.ok is False for measure in done))


if __name__ == "__main__":
    sys.exit(main())
