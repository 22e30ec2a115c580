"""Every failure of the network, provoked for real over mutual TLS, is told with the phase where it happened."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from support.dmp_client import FACES, PATIENT, PHYSICIAN, QUICK, Outcomes, raw_plan, setting, trust
from support.pki import pki
from support.tls_server import answer, cut_mid_body, hang_up, reset, serve, stall_mid_body, stay_silent
from tramontane.client import (
    AnswerTooLarge,
    DeadlineExceeded,
    Limits,
    Phase,
    ServiceUnavailable,
    TlsRefused,
    TransportError,
    operations,
)
from tramontane.dmp.errors import MalformedMessage

PKI = pki()
PLAN = operations.authorisations(PHYSICIAN, PATIENT)
GENEROUS = 8  # times the deadline: the server stalls for a hundred deadlines
TLS_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
TLS_1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)

Face = Callable[..., Outcomes]


@pytest.fixture(params=list(FACES))
def face(request: pytest.FixtureRequest) -> Face:
    return FACES[request.param]


@contextmanager
def within_the_deadline(limits: Limits = QUICK) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < limits.deadline * GENEROUS


def failure(face: Face, base_url: str, plan: Any = PLAN, **options: Any) -> TransportError:
    with within_the_deadline():
        error = face(setting(base_url, **options), plan).only
    assert isinstance(error, TransportError)
    assert error.next_step
    return error


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str | Exception], None]:
    """Decide what one name resolves to, at the operating system's door."""
    real = socket.getaddrinfo

    def decide(name: str, result: str | Exception) -> None:
        def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
            if host != name:
                return real(host, *arguments, **options)
            if isinstance(result, Exception):
                raise result
            return real(result, *arguments, **options)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    return decide


def test_a_name_that_does_not_resolve(face: Face, resolver: Callable[[str, str | Exception], None]) -> None:
    resolver("dmp.invalid", socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    error = failure(face, "https://dmp.invalid/services/")
    assert error.phase is Phase.RESOLUTION
    assert not error.sent
    assert "Name or service not known" in error.received


def test_a_name_server_that_hangs(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: time.sleep(2 * QUICK.deadline))
    error = failure(face, "https://dmp.invalid/services/")
    assert isinstance(error, DeadlineExceeded)
    assert error.phase is Phase.RESOLUTION


def test_a_refused_connection(face: Face) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(face, f"https://127.0.0.1:{port}/")
    assert error.phase is Phase.CONNECTION
    assert not error.sent


def test_a_peer_that_never_negotiates(face: Face) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = failure(face, f"https://127.0.0.1:{listener.getsockname()[1]}/")
    assert isinstance(error, DeadlineExceeded)
    assert error.phase is Phase.TLS
    assert not error.sent


@pytest.mark.parametrize(
    ("server", "trusting", "words"),
    [
        (PKI.server_twin, trust(), "unable to get local issuer certificate"),
        (PKI.server_expired, trust(), "certificate has expired"),
        (PKI.server_revoked, trust(), "certificate revoked"),
        (PKI.auth, trust(), "unsuitable certificate purpose"),
        (PKI.server, trust(crls=PKI.stale_crls), "CRL has expired"),
        (PKI.server, trust(crls=PKI.crls[:1]), "unable to get certificate CRL"),
        (PKI.server, trust(crls=PKI.crls[1:2]), "unable to get certificate CRL"),
        (PKI.server, trust(crls=PKI.twin.crls()), ""),
        (PKI.server, trust(anchors=PKI.twin.anchors), "self-signed certificate|unable to get"),
        (PKI.server, trust(anchors=PKI.intermediates), "unable to get issuer certificate|unable to get"),
    ],
    ids=[
        "twin",
        "expired",
        "revoked",
        "purpose",
        "stale-crl",
        "no-leaf-crl",
        "no-root-crl",
        "twin-crl",
        "twin-anchor",
        "intermediate-anchor",
    ],
)
def test_a_server_that_our_trust_does_not_cover(face: Face, server: Any, trusting: Any, words: str) -> None:
    with serve(answer(b"<ok/>"), credentials=server) as running:
        error = failure(face, running.base_url, trusting=trusting)
        assert running.requests == []
    assert isinstance(error, TlsRefused)
    assert error.phase is Phase.TLS
    assert any(word in error.received for word in words.split("|"))


def test_a_revoked_server_passes_only_when_revocation_is_explicitly_skipped(face: Face) -> None:
    with serve(answer(b"<ok/>"), credentials=PKI.server_revoked) as running:
        skipping = trust(crls=(), revocation="unsafe-skip")
        assert face(setting(running.base_url, trusting=skipping), raw_plan(b"<x/>")).only == b"<ok/>"


def test_a_server_of_another_name(face: Face, resolver: Callable[[str, str | Exception], None]) -> None:
    resolver("dmp.test", "127.0.0.1")
    with serve(answer(b"<ok/>")) as running:
        error = failure(face, f"https://dmp.test:{running.port}/")
    assert isinstance(error, TlsRefused)
    assert "Hostname mismatch" in error.received


@pytest.mark.parametrize("versions", [TLS_1_2, TLS_1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_a_server_that_refuses_our_certificate(face: Face, versions: Any, tmp_path: Path) -> None:
    with refusing_server(tmp_path, versions) as port:
        error = failure(face, f"https://localhost:{port}/")
    assert isinstance(error, TlsRefused)
    assert error.message == "Le serveur a refusé notre connexion TLS."
    assert "ALERT" in error.received


def test_a_server_that_cuts_after_the_handshake_may_be_refusing_our_certificate(face: Face) -> None:
    with serve(answer(b"<ok/>"), client_anchors=PKI.twin.anchors, versions=TLS_1_3) as running:
        error = failure(face, running.base_url)
    assert "vérifiez-le aussi" in error.next_step or isinstance(error, TlsRefused)


def test_a_server_that_speaks_an_older_protocol(face: Face) -> None:
    with serve(answer(b"<ok/>"), versions=TLS_1_2, ciphers="ECDHE-RSA-AES128-SHA256") as running:
        assert failure(face, running.base_url).phase is Phase.TLS


def test_a_server_that_never_reads(face: Face) -> None:
    with serve(stay_silent, reads=False) as running:
        error = failure(face, running.base_url, raw_plan(b"x" * 30_000_000))
    assert isinstance(error, DeadlineExceeded)
    assert error.phase is Phase.SENDING
    assert error.sent


def test_a_server_that_never_answers(face: Face) -> None:
    with serve(stay_silent) as running:
        error = failure(face, running.base_url)
    assert isinstance(error, DeadlineExceeded)
    assert error.phase is Phase.WAITING


@pytest.mark.parametrize("behaviour", [hang_up, reset], ids=["FIN", "RST"])
def test_a_server_that_cuts_before_answering(face: Face, behaviour: Any) -> None:
    with serve(behaviour) as running:
        error = failure(face, running.base_url)
    assert error.phase is Phase.WAITING
    assert not isinstance(error, DeadlineExceeded)


def test_a_server_that_stalls_in_the_middle_of_its_answer(face: Face) -> None:
    with serve(stall_mid_body) as running:
        error = failure(face, running.base_url)
    assert isinstance(error, DeadlineExceeded)
    assert error.phase is Phase.READING


def test_a_server_that_cuts_in_the_middle_of_its_answer(face: Face) -> None:
    with serve(cut_mid_body) as running:
        error = failure(face, running.base_url)
    assert error.phase is Phase.READING
    assert not isinstance(error, DeadlineExceeded)


def test_an_answer_beyond_the_limit(face: Face) -> None:
    with serve(answer(b"x" * 200_000)) as running:
        error = failure(face, running.base_url, limits=Limits(deadline=QUICK.deadline, largest_answer=100_000))
    assert isinstance(error, AnswerTooLarge)
    assert error.phase is Phase.READING


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_relay_that_answers_in_place_of_the_dmp(face: Face, status: str) -> None:
    with serve(answer(b"<html/>", status=status, content_type="text/html")) as running:
        assert isinstance(failure(face, running.base_url), ServiceUnavailable)


def test_a_redirection_is_not_followed(face: Face) -> None:
    async def redirect(_request: Any, writer: Any) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n")

    with serve(redirect) as running:
        assert isinstance(face(setting(running.base_url), PLAN).only, MalformedMessage)


def test_a_compressed_answer_is_refused(face: Face) -> None:
    async def compressed(_request: Any, writer: Any) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
        writer.write(head + b"zip")

    with serve(compressed) as running:
        error = face(setting(running.base_url), PLAN).only
    assert isinstance(error, MalformedMessage)
    assert error.code == "http-encodage"


def test_an_error_of_ours_while_the_body_is_made_is_not_blamed_on_the_network() -> None:
    def broken() -> Iterator[bytes]:
        yield b"<x>"
        raise OSError("disk gone")

    with serve(answer(b"<ok/>")) as running, pytest.raises(OSError, match="disk gone"):
        FACES["sync"](setting(running.base_url), raw_plan(broken(), length=1000))


@contextmanager
def refusing_server(directory: Path, versions: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> Iterator[int]:
    """A blocking server that does not trust us: it sends its alert before it hangs up, as nginx does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = versions
    context.verify_mode = ssl.CERT_REQUIRED
    chain = directory / "server.pem"
    chain.write_bytes(PKI.server.key_pem() + PKI.server.certificate_pem)
    context.load_cert_chain(chain)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept_one() -> None:
            connection, _ = listener.accept()
            with connection, suppress(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=accept_one, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)
