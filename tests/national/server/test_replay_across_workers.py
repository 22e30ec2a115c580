"""The same assertion, many times, over several processes, through a crash: exactly one is accepted (anchor S11)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.national import OPEN, call, vihf
from support.national_server import NationalServer
from support.needs import missing
from support.pki import pki
from support.postgres import binaries, shared_cluster
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.exchange import HttpRequest

THREADS = 8


def database_url(kind: str, name: str) -> str:
    """Empty for SQLite; a fresh database of a private cluster otherwise."""
    if kind == "sqlite":
        return ""
    if binaries() is None:
        missing("postgresql", "postgresql")
    return shared_cluster().create(name)


def bombard(server: NationalServer, request: HttpRequest, copies: int) -> Counter[str]:
    """Send `copies` of one request at once, each thread over its own kept-alive connection."""
    context = server.client_context(pki().auth)

    def send_some(count: int) -> list[str]:
        outcomes = []
        connection = server.connect(context)
        for _ in range(count):
            response = server.send(request, connection)
            try:
                td0_2.read(response)
                outcomes.append("accepted")
            except SoapFault as fault:
                outcomes.append("replay" if "première fois" in fault.remote_text else fault.remote_text)
        connection.close()
        return outcomes

    share = [copies // THREADS] * THREADS
    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(outcome for outcomes in threads.map(send_some, share) for outcome in outcomes)


def accepted_once(directory: Path, kind: str, *, workers: int, copies: int) -> None:
    """Bombard, kill -9, restart, bombard again: one accepted in all."""
    server = NationalServer(directory, database_url(kind, f"replay_{workers}_{copies}"), workers)
    server.run("from support.national import populate; populate()")
    request = td0_2.request(call(vihf()), OPEN)
    try:
        server.start()
        assert bombard(server, request, copies) == {"accepted": 1, "replay": copies - 1}
        server.kill()
        server.start()
        assert bombard(server, request, THREADS) == {"replay": THREADS}
        assert td0_2.read(server.send(td0_2.request(call(vihf()), OPEN))).exists  # its valid twin
    finally:
        server.kill()
    traces = server.run(
        "from tramontane.national.models import AccessTrace\n"
        "print(AccessTrace.objects.filter(result='granted').count(), AccessTrace.objects.count())"
    )
    assert traces.split() == ["2", str(copies + THREADS + 1)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_replayed_assertion_is_refused_by_every_worker_and_after_a_crash(tmp_path: Path, kind: str) -> None:
    accepted_once(tmp_path, kind, workers=2, copies=80)


@pytest.mark.campaign
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_thousand_copies_over_four_workers_are_accepted_once(tmp_path: Path, kind: str) -> None:
    accepted_once(tmp_path, kind, workers=4, copies=1_000)
