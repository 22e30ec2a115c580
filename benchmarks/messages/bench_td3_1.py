"""TD3.1: an answer → typed entries, against a bare libxml2 parse of the same bytes and a hand-written StAX reader."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tramontane.dmp.transactions import td3_1
from tramontane.dmp.transactions.exchange import HttpResponse

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from answers import answer  # noqa: E402  # beside this file
from harness import Measure, at_most, not_run, seconds_per_call  # noqa: E402  # one folder up

SIZES = (21, 100, 1_000, 5_000)
_ROUNDS, _ROUND_MS = 11, 200

# Peak memory of a fresh process that streams COUNT entries, without ever holding the answer.
_STREAMER = """
import re, resource, sys
sys.path.insert(0, {here!r})
from answers import EXAMPLE, CLOSING
from tramontane.dmp.xds import iter_entries
data = EXAMPLE.read_bytes()
start, end = data.index(b"      <rim:ExtrinsicObject"), data.index(CLOSING) + len(CLOSING)
def chunks(count):
    yield data[:start]
    for _ in range(count):
        yield data[start:end]
    yield data[end:]
assert sum(1 for _ in iter_entries(chunks({count}))) == {count}
try:  # Linux: a child's ru_maxrss starts from its parent's
    print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)  # macOS counts bytes
"""


def cases() -> Iterator[Measure]:
    for size in SIZES:
        yield _against_libxml2(size)
    yield _memory()
    for size in SIZES:
        yield _against_stax(size)


def _against_libxml2(size: int) -> Measure:
    data = answer(size)
    response = HttpResponse(200, "application/soap+xml", data)
    if len(td3_1.read(response).document_entries) != size:
        raise AssertionError("entries are missing")
    name = f"TD3.1, read {size:,} entries"
    rounds = 15 if size < 5_000 else 7
    return at_most(
        name,
        lambda: td3_1.read(response),
        lambda: etree.fromstring(data),
        peer_name="libxml2 parse",
        limit=2,
        rounds=rounds,
    )


def _memory() -> Measure:
    small, large = _peak_kib(200), _peak_kib(5_000)
    grown = (large - small) / 1024
    against = f"200 entries streamed: {small / 1024:.1f} MiB in all"
    return Measure(
        "TD3.1, memory added by 4,800 more entries streamed", grown, "MiB", against, None, "≤ 4 MiB", grown <= 4
    )


def _peak_kib(count: int) -> int:
    script = _STREAMER.format(here=str(HERE), count=count)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


def _against_stax(size: int) -> Measure:
    """Rounds alternate in time: the JDK prints one figure a round, ours is measured after each of them."""
    name = f"TD3.1, read {size:,} entries, against StAX"
    if shutil.which("java") is None:
        return not_run(name, "java is not installed")
    data = answer(size)
    response = HttpResponse(200, "application/soap+xml", data)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "answer.xml")
        file.write_bytes(data)
        command = ["java", HERE / "StaxPeer.java", file, str(size), str(_ROUND_MS), str(_ROUNDS)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
            pairs = list(_alternate(peer, response, max(1, 2_000 // size)))
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(their / my for my, their in pairs)
    against = f"Java StAX into objects: {theirs:.1f} µs/op"
    return Measure(name, mine, "µs/op", against, ratio, "reported", None)


def _alternate(peer: subprocess.Popen[str], response: HttpResponse, calls: int) -> Iterator[tuple[float, float]]:
    if peer.stdin is None or peer.stdout is None:
        raise AssertionError("the peer was started with pipes")
    for _ in range(_ROUNDS):
        peer.stdin.write("go\n")
        peer.stdin.flush()
        theirs = float(peer.stdout.readline())
        yield seconds_per_call(lambda: td3_1.read(response), calls) * 1e6, theirs
