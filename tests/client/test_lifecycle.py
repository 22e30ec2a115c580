"""A client among threads, forks and closings; an asynchronous one that is cancelled; trust that is renewed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.dmp_client import EMPTY_LIST, PATIENT, PHYSICIAN, assertion_id, raw_plan, setting, trust
from support.pki import pki
from support.tls_server import answer, in_turn, serve, stay_silent
from tramontane.client import (
    AsyncDmpClient,
    BreakerPolicy,
    ClientClosed,
    DeadlineExceeded,
    DmpClient,
    Exchange,
    Limits,
    Outcome,
    TlsRefused,
    operations,
)

PKI = pki()
READS = operations.authorisations(PHYSICIAN, PATIENT)
PATIENCE = Limits(deadline=10.0)


def threads_of_ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "tramontane-dmp"]


def test_eight_threads_share_one_client() -> None:
    with serve(EMPTY_LIST) as running, DmpClient(setting(running.base_url, limits=PATIENCE)) as client:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: client.run(READS), range(120)))
        assert len(threads_of_ours()) == 1
    assert all(one.authorizations == () for one in found)
    assert len({assertion_id(request) for request in running.requests}) == 120
    assert running.connections <= 8


def test_a_first_call_that_cannot_make_its_connections_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    before = threads_of_ours()
    monkeypatch.setattr("tramontane.client.client.new_transport", fail)
    with DmpClient(setting("https://127.0.0.1:1/")) as client, pytest.raises(OSError):  # noqa: PT011 (any would do)
        client.run(READS)
    assert threads_of_ours() == before


def test_a_slow_call_does_not_hold_the_others() -> None:
    with (
        serve(in_turn(stay_silent, EMPTY_LIST)) as running,
        DmpClient(setting(running.base_url, limits=Limits(deadline=3.0))) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        slow = pool.submit(client.run, READS)
        while not running.requests:
            time.sleep(0.01)
        started = time.monotonic()
        client.run(READS)
        assert time.monotonic() - started < 2.0
        assert isinstance(slow.exception(), DeadlineExceeded)


def test_no_thread_is_left_after_closing_nor_after_deadlines() -> None:
    before = threads_of_ours()
    with serve(stay_silent) as running, DmpClient(setting(running.base_url)) as client, pytest.raises(DeadlineExceeded):
        client.run(READS)
    assert threads_of_ours() == before


def test_a_client_that_never_called_closes_too_and_twice() -> None:
    client = DmpClient(setting("https://localhost:1/"))
    client.close()
    client.close()
    with pytest.raises(ClientClosed) as refusal:
        client.run(READS)
    assert refusal.value.next_step


def test_closing_during_a_call_ends_it_at_once() -> None:
    with serve(stay_silent) as running, ThreadPoolExecutor(1) as pool:
        client = DmpClient(setting(running.base_url, limits=PATIENCE))
        call = pool.submit(client.run, READS)
        while not running.requests:
            time.sleep(0.01)
        started = time.monotonic()
        client.close()
        client.close()
        assert isinstance(call.exception(5), ClientClosed)
        assert time.monotonic() - started < 5.0


def test_a_forked_child_uses_its_own_connections_and_leaves_the_parent_s_alone() -> None:
    with serve(EMPTY_LIST) as running, DmpClient(setting(running.base_url, limits=PATIENCE)) as client:
        client.run(READS)
        child = multiprocessing.get_context("fork").Process(target=_child, args=(client,))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        client.run(READS)
        assert len(running.requests) == 3
        assert running.connections == 2


def _child(client: DmpClient) -> None:
    """Exits without the parent's clean-up: its test server's thread does not exist here."""
    assert client.run(READS).authorizations == ()
    client.close()
    os._exit(0)


def test_fresh_lists_are_used_from_the_next_connection_on() -> None:
    stale = trust(crls=PKI.stale_crls)
    with serve(EMPTY_LIST) as running, DmpClient(setting(running.base_url, trusting=stale)) as client:
        with pytest.raises(TlsRefused):
            client.run(READS)
        client.renew(trust())
        assert client.run(READS).authorizations == ()
        client.renew(stale)
        with pytest.raises(TlsRefused):
            client.run(READS)


def test_lists_renewed_before_the_first_call_are_those_used() -> None:
    with (
        serve(EMPTY_LIST) as running,
        DmpClient(setting(running.base_url, trusting=trust(crls=PKI.stale_crls))) as client,
    ):
        client.renew(trust())
        assert client.run(READS).authorizations == ()


def test_a_cancelled_call_is_told_as_abandoned_and_does_not_open_the_circuit() -> None:
    journal: list[Exchange] = []

    async def cancel_then_call(base_url: str) -> Any:
        policies = {"breaker": BreakerPolicy(failures=1, rest=60.0)}
        given = setting(base_url, limits=PATIENCE, observer=journal.append, policies=policies)
        async with AsyncDmpClient(given) as client:
            call = asyncio.create_task(client.run(READS))
            while not running.requests:
                await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return await client.run(READS)

    with serve(in_turn(stay_silent, EMPTY_LIST)) as running:
        assert asyncio.run(cancel_then_call(running.base_url)).authorizations == ()
    outcomes = [exchange.outcome for exchange in journal]
    assert outcomes == [Outcome.ASKED, Outcome.ABANDONED, Outcome.ASKED, Outcome.ANSWERED]


def test_asynchronous_calls_run_together() -> None:
    async def twenty(base_url: str) -> list[Any]:
        async with AsyncDmpClient(setting(base_url, limits=PATIENCE)) as client:
            return await asyncio.gather(*(client.run(READS) for _ in range(20)))

    with serve(EMPTY_LIST) as running:
        assert len(asyncio.run(twenty(running.base_url))) == 20
    assert len(running.requests) == 20


def test_an_asynchronous_client_renews_its_lists_as_well() -> None:
    async def renew(base_url: str) -> Any:
        async with AsyncDmpClient(setting(base_url, trusting=trust(crls=PKI.stale_crls))) as client:
            with pytest.raises(TlsRefused):
                await client.run(READS)
            client.renew(trust())
            return await client.run(raw_plan(b"<x/>"))

    with serve(answer(b"<ok/>")) as running:
        assert asyncio.run(renew(running.base_url)) == b"<ok/>"
