"""Nothing of the environment, nor of a former answer, changes where a call goes or what it carries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from support.dmp_client import EMPTY_LIST, FACES, PATIENT, PHYSICIAN, Outcomes, setting
from support.tls_server import Received, answer, serve
from tramontane.client import operations

PLAN = operations.authorisations(PHYSICIAN, PATIENT)


@pytest.fixture(params=list(FACES))
def face(request: pytest.FixtureRequest) -> Callable[..., Outcomes]:
    return FACES[request.param]


def test_a_proxy_of_the_environment_is_not_used(face: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(EMPTY_LIST) as running:
        assert not isinstance(face(setting(running.base_url), PLAN).only, Exception)
        assert len(running.requests) == 1


def test_a_cookie_that_a_server_sets_is_never_sent_back(face: Callable[..., Outcomes]) -> None:
    async def set_a_cookie(request: Received, writer: asyncio.StreamWriter) -> None:
        await answer(b"", status="200 OK\r\nSet-Cookie: tracked=yes; Path=/")(request, writer)

    with serve(set_a_cookie) as running:
        face(setting(running.base_url), PLAN, PLAN)
        assert len(running.requests) == 2
        assert all("cookie" not in request.head.lower() for request in running.requests)
