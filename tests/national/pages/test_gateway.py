"""From uvicorn to Django: what crosses, and what may not pretend to."""

from __future__ import annotations

import asyncio
import io

from support.pki import pki
from tramontane.national.pages.gateway import MAX_BODY, Gateway, environment
from tramontane.national.pages.middleware import CERTIFICATE
from tramontane.national.server.protocol import PEER, Peer


def scope(*headers: tuple[bytes, bytes], certificate=None, path: str = "/a%C3%A9/") -> dict:
    return {
        "type": "http", "method": "POST", "path": "/aé/", "raw_path": path.encode(), "query_string": b"q=1",
        "http_version": "1.1", "scheme": "https", "server": ("localhost", 8444), "client": ("127.0.0.1", 5),
        "headers": list(headers), "state": {PEER: Peer(certificate, private=False)},
    }  # fmt: skip


def call(application, body: list[bytes], *, of: dict | None = None) -> list[dict]:
    sent: list[dict] = []
    messages = [{"type": "http.request", "body": part, "more_body": part != body[-1]} for part in body]

    async def receive() -> dict:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Gateway(application)(of or scope(), receive, send))
    return sent


def test_the_environment_is_that_of_pep_3333() -> None:
    body = io.BytesIO()
    body.write(b"abc")
    environ = environment(scope((b"content-type", b"text/plain"), (b"accept", b"a"), (b"accept", b"b")), body)
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/aé/"
    assert (environ["CONTENT_LENGTH"], environ["wsgi.input"].read()) == ("3", b"abc")
    assert (environ["CONTENT_TYPE"], environ["HTTP_ACCEPT"], environ["wsgi.url_scheme"]) == (
        "text/plain",
        "a, b",
        "https",
    )


def test_the_certificate_is_the_connections_and_no_header_is_taken_for_it() -> None:
    certificate = pki().auth.certificate
    forged = ((b"tramontane.certificate", b"x"), (b"tramontane_certificate", b"x"), (b"content_length", b"9"))
    assert environment(scope(*forged), io.BytesIO())[CERTIFICATE] is None
    environ = environment(scope(*forged, certificate=certificate), io.BytesIO())
    assert environ[CERTIFICATE] is certificate
    assert "HTTP_TRAMONTANE_CERTIFICATE" not in environ
    assert environ["CONTENT_LENGTH"] == "0"


def test_an_answer_is_streamed_and_closed() -> None:
    closed: list[bool] = []

    class Answer(list):
        def close(self) -> None:
            closed.append(True)

    def application(environ, start_response):
        start_response("201 Created", [("X-Body", environ["wsgi.input"].read().decode())])
        return Answer([b"one", b"", b"two"])

    start, *chunks = call(application, [b"hel", b"lo"])
    assert (start["status"], start["headers"]) == (201, [(b"x-body", b"hello")])
    assert [chunk["body"] for chunk in chunks if chunk.get("body")] == [b"one", b"two"]
    assert closed == [True]


def test_a_body_too_large_is_refused_before_the_application() -> None:
    def application(environ, start_response):
        raise AssertionError("not called")

    start, *_ = call(application, [b"x" * (MAX_BODY // 2)] * 2 + [b"x"])
    assert start["status"] == 413


def test_a_client_that_leaves_while_sending_reaches_nothing() -> None:
    def application(environ, start_response):
        raise AssertionError("not called")

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        raise AssertionError("nobody listens")

    asyncio.run(Gateway(application)(scope(), receive, send))
