"""uvicorn's HTTP protocol, telling the application who is at the other end of the TLS connection, and cutting slow ones.

No ASGI server exposes the client certificate (the ASGI TLS extension is released nowhere). Identity comes from the
connection; a header is believed only on a private Unix socket, from a proxy that was configured.
"""

from __future__ import annotations

import asyncio
import socket
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography import x509
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tramontane.dmp.signature import der_certificate, pem_certificates
from tramontane.national.server.patience import Countdown, Patience

PEER = "tramontane.peer"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# httptools sets no limit and keeps what it reads: the headers, and the trailers of a chunked body. One read more may come.
MAX_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection.

    Attributes:
        certificate: the client's, verified by TLS; None on a plain connection.
        private: a Unix socket: only a local process that may open it is there.
        transport: to cut the connection, when a scripted fault says so.
    """

    certificate: x509.Certificate | None
    private: bool
    transport: asyncio.BaseTransport | None = None


class CertifiedProtocol(HttpToolsProtocol):
    """Adds a `Peer` to the state of each request's scope; cuts a request slower than `Patience`, or with endless headers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own typing
        """Read the certificate once per connection."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls else None
        link = transport.get_extra_info("socket")
        self._peer = Peer(
            x509.load_der_x509_certificate(der) if der else None,
            private=tls is None and link is not None and link.family == socket.AF_UNIX,
            transport=transport,
        )

        self._head = 0  # bytes since the last one of a body, or of a whole head
        self._patience = Patience.of()
        self._countdown = Countdown(self._cut)
        self._countdown.start(self._patience.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is awaited any more."""
        self._countdown.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Blank lines before a request are bytes too: they stop the keep-alive timer, and begin no message."""
        if not self._countdown.running and (self.cycle is None or self.cycle.response_complete):
            self._countdown.start(self._patience.head)
        if self.transport.is_closing():  # TLS still reads, until the peer says goodbye too
            return
        self._head += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(_TOO_LONG, "sent headers without end")

    def on_message_begin(self) -> None:
        """One request begins on this connection."""
        super().on_message_begin()
        self.scope["state"][PEER] = self._peer
        if not self._countdown.running:  # sent before the answer to the one before
            self._countdown.start(self._patience.head)

    def on_headers_complete(self) -> None:
        """The body is awaited."""
        self._head = 0
        self._countdown.start(self._patience.body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """What this read holds of the body is the application's to limit."""
        self._head = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Now it is us who are awaited."""
        self._head = 0
        self._countdown.stop()
        super().on_message_complete()

    def _cut(self) -> None:
        self._refuse(_TOO_SLOW, "took too long to send a request")

    def _refuse(self, answer: bytes, what: str) -> None:
        self.logger.warning("%s %s: cut.", self.client or "A local process", what)
        if not self.pipeline and (
            self.cycle is None or self.cycle.response_complete or not self.cycle.response_started
        ):
            self.transport.write(answer)
        self.transport.close()


def peer_certificate(peer: Peer, headers: Iterable[tuple[bytes, bytes]], proxy_header: str) -> x509.Certificate | None:
    """Who calls: the TLS peer; else, on a private channel and if a header was configured, what the proxy says.

    A header that is repeated, or that is not a certificate, identifies nobody.
    """
    if peer.certificate is not None or not (peer.private and proxy_header):
        return peer.certificate
    wanted = proxy_header.lower().encode()
    values = [value for name, value in headers if name.lower() == wanted]
    return _read_header(values[0]) if len(values) == 1 else None


def _read_header(value: bytes) -> x509.Certificate | None:
    """nginx sends URL-escaped PEM ($ssl_client_escaped_cert), HAProxy base64 DER (ssl_c_der,base64)."""
    try:
        if value.startswith(b"-----"):
            return pem_certificates(unquote_to_bytes(value))[0]
        return der_certificate(b64decode(value, validate=True))
    except ValueError:
        return None


def peer_of(scope: dict[str, Any]) -> Peer:
    """The peer of a request; nobody when the server is not ours."""
    found = scope.get("state", {}).get(PEER)
    return found if isinstance(found, Peer) else Peer(None, private=False)
