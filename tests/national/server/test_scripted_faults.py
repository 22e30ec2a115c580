"""Scripted faults as the network shows them: late, cut, truncated, drop by drop."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator

import pytest

from support.national import INFIRMIER, OPEN, call, vihf
from support.national_server import NationalServer
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.exchange import HttpResponse


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    """One server for these tests."""
    running = NationalServer(tmp_path_factory.mktemp("faults"))
    running.run("from support.national import populate; populate()")
    running.start()
    yield running
    running.stop()


def script(server: NationalServer, kind: str, seconds: float = 0, rpps: str = "") -> None:
    """Ask for one fault on the next call (of this professional)."""
    server.run(
        "from tramontane.national import faults\nfrom tramontane.national.models import FaultKind\n"
        f"faults.script(faults.PlayedFault(FaultKind({kind!r}), {seconds}), times=1, rpps={rpps!r})"
    )


def ask(server: NationalServer) -> HttpResponse:
    """TD0.2, on a connection of its own."""
    return server.send(td0_2.request(call(vihf()), OPEN))


def test_a_delayed_answer_does_not_hold_the_others_of_its_worker(server: NationalServer) -> None:
    begun = time.monotonic()
    ask(server)
    usual = time.monotonic() - begun
    script(server, "delay", max(0.5, 20 * usual), rpps=INFIRMIER.value)
    order: list[str] = []

    def late() -> None:
        response = server.send(td0_2.request(call(vihf(INFIRMIER)), OPEN))
        order.append("late" if td0_2.read(response).exists else "refused")

    waiting = threading.Thread(target=late)
    waiting.start()
    assert td0_2.read(ask(server)).exists
    order.append("quick")
    waiting.join()
    assert order == ["quick", "late"]


def test_a_cut_connection_gives_no_answer(server: NationalServer) -> None:
    script(server, "cut")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(server)
    assert td0_2.read(ask(server)).exists


def test_a_truncated_answer_is_shorter_than_announced(server: NationalServer) -> None:
    script(server, "truncated")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(server)


def test_a_slow_answer_arrives_whole(server: NationalServer) -> None:
    script(server, "slow", 0.4)
    begun = time.monotonic()
    assert td0_2.read(ask(server)).exists
    assert time.monotonic() - begun >= 0.35


def test_an_http_500_is_no_soap(server: NationalServer) -> None:
    script(server, "http_500")
    response = ask(server)
    assert (response.status, response.body) == (500, b"Internal Server Error")


def test_a_scripted_soap_fault_is_the_servers(server: NationalServer) -> None:
    script(server, "soap_fault")
    with pytest.raises(SoapFault) as played:
        td0_2.read(ask(server))
    assert "jouée" in played.value.remote_text
