"""A full TD3.1 over mutual TLS, against the same POST answered without any check: rate per core, latency, stages."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests")]

from harness import Measure, not_run  # noqa: E402
from load import CLIENTS, Load, run  # noqa: E402

from support.national import call, vihf  # noqa: E402
from support.national_server import NationalServer  # noqa: E402
from tramontane.dmp.transactions import td3_1  # noqa: E402
from tramontane.dmp.transactions.exchange import HttpRequest  # noqa: E402
from tramontane.dmp.xds import DocumentCriteria, find_documents  # noqa: E402

DOCUMENTS = 21  # as in the official sample of an answer
REQUESTS, WARM_UP = 1_200, 80
_SEED = (
    "from support.national import entry, feed, populate\n"
    f"populate(); feed(*(entry(number) for number in range(1, {DOCUMENTS + 1})))"
)


def requests(count: int) -> list[HttpRequest]:
    """As many signed requests, each with its own assertion."""
    return [td3_1.request(call(vihf()), find_documents(DocumentCriteria())) for _ in range(count)]


def checked(server: NationalServer) -> Load:
    """The stand-in, one worker."""
    server.start()
    assert server.process is not None
    try:
        run(server, server.process.pid, requests(WARM_UP))
        return run(server, server.process.pid, requests(REQUESTS))
    finally:
        server.stop()


def unchecked(server: NationalServer, answer: bytes) -> Load:
    """The floor, one process, on the same port."""
    path = server.directory / "answer"
    path.write_bytes(answer)
    files = [str(server.directory / name) for name in ("server.pem", "server.key", "anchors.pem")]
    process = subprocess.Popen([sys.executable, str(HERE / "unchecked.py"), str(server.port), *files, str(path)])
    try:
        wait(server)
        run(server, process.pid, requests(WARM_UP))
        return run(server, process.pid, requests(REQUESTS))
    finally:
        process.terminate()
        process.wait()


def wait(server: NationalServer) -> None:
    """Until the floor answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            server.get("/")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the floor does not answer")


def sample(server: NationalServer) -> bytes:
    """One answer, for the floor to repeat."""
    server.start()
    try:
        return server.send(requests(1)[0]).body
    finally:
        server.stop()


def stages(server: NationalServer) -> dict[str, float]:
    """Seconds of each stage of one exchange, in process."""
    command = [sys.executable, str(HERE / "stages.py"), str(server.data), "400"]
    done = subprocess.run(command, env=server.environment, capture_output=True, check=True)
    shares: dict[str, float] = json.loads(done.stdout)
    return shares


def cases() -> Iterable[Measure]:
    """The rows of the table."""
    if not Path("/proc/self/stat").exists():
        yield not_run("TD3.1 over mutual TLS", "the CPU time of the server is read from /proc", unit="req/s")
        return
    with tempfile.TemporaryDirectory() as directory:
        server = NationalServer(Path(directory))
        server.run(_SEED)
        floor = unchecked(server, sample(server))
        load = checked(server)
        yield from measures(load, floor, stages(server))


def measures(load: Load, floor: Load, shares: dict[str, float]) -> Iterable[Measure]:
    """Rate per core and latencies beside the floor's; the share of each stage in the server's CPU."""
    against = f"same POST, no check: {floor.per_core:,.0f} req/s per core"
    name = f"TD3.1, {DOCUMENTS} documents, mutual TLS, {CLIENTS} clients"
    yield Measure(f"{name}: per core", load.per_core, "req/s", against, load.per_core / floor.per_core)
    for rank in ("p50", "p99"):
        mine, theirs = getattr(load, rank) * 1e3, getattr(floor, rank) * 1e3
        yield Measure(f"{name}: {rank}", mine, "ms", f"same POST, no check: {theirs:.2f} ms", mine / theirs)
    inside = sum(shares.values())
    for stage, seconds in (*shares.items(), ("TLS, HTTP, passage de fil", max(load.cpu - inside, 0.0))):
        share = seconds / max(load.cpu, inside)
        yield Measure(f"TD3.1 stage: {stage}", seconds * 1e6, "µs", f"{share:.0%} of one request's CPU", share)
