"""A client with a good certificate that sends by dribs and drabs is cut; the others are served meanwhile."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.national import OPEN, call, vihf
from support.national_server import BASE_PATH, NationalServer
from support.pki import pki
from tramontane.dmp.transactions import td0_2
from tramontane.national.server import Patience

HEAD = BODY = 1.5
MARGIN = 60.0  # of a busy machine; without the limit, nothing would ever come
TIMEOUT = b"HTTP/1.1 408 Request Timeout"
CHUNKED = b"POST /insi/lps HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    running = NationalServer(tmp_path_factory.mktemp("slow"), patience=(HEAD, BODY))
    running.run("from support.national import populate; populate()")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def context(server: NationalServer) -> ssl.SSLContext:
    """Of a client with the good certificate."""
    return server.client_context(pki().auth)


def opened(server: NationalServer, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A certified connection, the handshake done."""
    link = socket.create_connection(("localhost", server.port), timeout=HEAD + BODY + MARGIN)
    return context.wrap_socket(link, server_hostname="localhost")


def dribble(link: ssl.SSLSocket, piece: bytes) -> bytes:
    """Send `piece` ten times a second until the server has had enough; what it answered."""
    link.settimeout(0.1)
    deadline = time.monotonic() + HEAD + BODY + MARGIN
    answer = b""
    while time.monotonic() < deadline:
        try:
            link.sendall(piece)
            received = link.recv(4096)
        except TimeoutError:
            continue
        except OSError:  # cut while we were writing
            return answer
        if not received:
            return answer
        answer += received
    raise AssertionError("the server waits for ever")


def post(length: int, path: str = BASE_PATH + "patients") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n".encode()


def whole(body: bytes, content_type: str) -> bytes:
    return post(len(body)) + f"Content-Type: {content_type}\r\n\r\n".encode() + body


# What a slow client sends, whole → then again and again.
SLOW: dict[str, tuple[bytes, bytes]] = {
    "headers": (post(10), b"X-a: b\r\n"),
    "blank lines": (b"", b"\r\n"),
    "body": (post(10_000) + b"\r\n", b"<"),
    "body for INSi": (post(10_000, "/insi/lps") + b"\r\n", b"<"),
    "chunks": (CHUNKED, b"1\r\n<\r\n"),
    "nothing": (b"", b""),
}


@pytest.fixture(scope="module")
def told(server: NationalServer, context: ssl.SSLContext) -> dict[str, bytes]:
    """What each slow client was answered, all of them at once: every one waits for a delay of the server."""

    def be_slow(case: str) -> bytes:
        beginning, piece = SLOW[case]
        with opened(server, context) as link:
            if beginning:
                link.sendall(beginning)
            return dribble(link, piece) if piece else link.recv(4096)

    with ThreadPoolExecutor(len(SLOW)) as threads:
        return dict(zip(SLOW, threads.map(be_slow, SLOW), strict=True))


@pytest.mark.parametrize("case", SLOW)
def test_a_client_that_dribbles_or_says_nothing_is_cut(told: dict[str, bytes], case: str) -> None:
    assert told[case].startswith(TIMEOUT)


def test_a_kept_alive_connection_that_sends_blank_lines_is_cut_too(
    server: NationalServer, context: ssl.SSLContext
) -> None:
    request = td0_2.request(call(vihf()), OPEN)
    assert isinstance(request.body, bytes)
    with opened(server, context) as link:
        link.sendall(whole(request.body, request.content_type))
        answer = link.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
        assert TIMEOUT in dribble(link, b"\r\n")


def test_a_client_in_time_is_served_on_a_connection_kept_longer_than_both_delays(
    server: NationalServer, context: ssl.SSLContext
) -> None:
    connection = server.connect(context)
    for pause in (0.0, HEAD + BODY):
        time.sleep(pause)
        assert server.send(td0_2.request(call(vihf()), OPEN), connection).status == 200
    connection.close()


LONG = b"X-a: " + b"b" * 100_000
# Heads that never end: none of these bytes belongs to a body.
ENDLESS = {
    "headers": post(10) + (LONG[:1_000] + b"\r\n") * 100,
    "one header": post(10) + LONG,
    "an address": b"POST /" + LONG[10:],
    "trailers": CHUNKED + b"0\r\n" + LONG,
}


@pytest.mark.parametrize("case", ENDLESS)
def test_headers_without_end_are_refused_before_they_fill_the_memory(
    server: NationalServer, context: ssl.SSLContext, case: str
) -> None:
    def refused() -> int:
        return (server.directory / "log").read_text().count("sent headers without end")

    before = refused()
    with opened(server, context) as link:
        link.sendall(ENDLESS[case])
        answer = dribble(link, LONG[10:])
    assert refused() == before + 1
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")  # a reset may overtake the answer


def test_a_long_body_is_no_endless_head(server: NationalServer, context: ssl.SSLContext) -> None:
    body = b"<a>" + b"b" * 200_000 + b"</a>"
    with opened(server, context) as link:
        link.sendall(whole(body, "application/soap+xml"))
        assert link.recv(4096).startswith(b"HTTP/1.1 500")


def test_the_others_are_served_while_one_dribbles(server: NationalServer, context: ssl.SSLContext) -> None:
    with opened(server, context) as link:
        link.sendall(post(10_000) + b"\r\n<")
        assert server.send(td0_2.request(call(vihf()), OPEN)).status == 200


# What a vendor's first attempts look like: what is sent → status, and the words that put it right.
ASTRAY: dict[str, tuple[bytes, int, str]] = {
    "the root": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, BASE_PATH),
    "a GET": (f"GET {BASE_PATH}registry HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 405, "POST sur"),
    "no service": (post(0, BASE_PATH + "registre") + b"\r\n", 404, "registry, repository"),
    "gzip": (post(1) + b"Content-Encoding: gzip\r\n\r\nx", 415, "Content-Encoding"),
}


@pytest.mark.parametrize("case", ASTRAY)
def test_a_client_astray_is_told_where_to_go(server: NationalServer, context: ssl.SSLContext, case: str) -> None:
    sent, status, words = ASTRAY[case]
    with opened(server, context) as link:
        link.sendall(sent)
        answer = http.client.HTTPResponse(link)
        answer.begin()
        assert (answer.status, words in answer.read().decode()) == (status, True)


def test_a_call_that_cannot_be_kept_is_no_crash(server: NationalServer, context: ssl.SSLContext) -> None:
    incoming = server.data / "incoming"
    incoming.write_text("a file where the directory should be")
    body = b"--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b\r\nContent-ID: <d>\r\n\r\nx\r\n--b--\r\n"
    with opened(server, context) as link:
        link.sendall(whole(body, "multipart/related; boundary=b"))
        assert link.recv(4096).startswith(b"HTTP/1.1 503")
    incoming.unlink()
    assert server.send(td0_2.request(call(vihf()), OPEN)).status == 200


HOSTILE = b"\x1b[2J%0d%0aERROR forged \xc2\x9b31m"
REQUESTS = {
    "a path": b"GET /health" + HOSTILE + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an escaped path": b"GET /%1b%0d%0aERROR%20forged HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header": b"GET /health HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " + HOSTILE + b"\r\n\r\n",
    "a content type": post(1) + b"Content-Type: multipart/" + HOSTILE + b"\r\n\r\n<",
    "a body": whole(HOSTILE * 10, "application/soap+xml"),
    "no HTTP": HOSTILE + b"\r\n\r\n",
}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_hostile_text_is_answered(server: NationalServer, context: ssl.SSLContext, case: str) -> None:
    with opened(server, context) as link:
        link.sendall(REQUESTS[case])
        assert link.recv(4096).startswith(b"HTTP/1.1 ")


def test_a_hostile_token_is_answered(server: NationalServer) -> None:
    content = vihf(subject_name="A\nERROR forged \x9b31m", lps_name="B\r\nERROR forged")
    assert server.send(td0_2.request(call(content), OPEN)).status in (200, 500)


def test_the_log_says_what_happened_on_lines_of_its_own_words(server: NationalServer) -> None:
    """Last: what the slow and the hostile clients above left in the log."""
    lines = (server.directory / "log").read_text().split("\n")
    known = re.compile(
        r"ERROR: {4}An exchange could not be kept: \[Errno \d+\] [^\x00-\x1f]+|"
        r"WARNING: {2}(\('127\.0\.0\.1', \d+\) (took too long to send a request|sent headers without end): cut\.|Invalid HTTP request received\.)|"
    )
    assert any("took too long" in line for line in lines)
    assert [line for line in lines if known.fullmatch(line) is None] == []


def test_the_delays_go_through_the_environment() -> None:
    assert Patience.of(Patience(1.5, 2.5).environment()) == Patience(1.5, 2.5)
    assert Patience.of({}) == Patience()


@pytest.mark.parametrize("delays", [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_a_delay_is_positive(delays: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Patience(*delays)
