"""Who calls: the TLS peer; a header only on a private channel, from a configured proxy, and once."""

from base64 import b64encode
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.pki import pki
from tramontane.demo.pki import pem
from tramontane.national.server.protocol import Peer, peer_certificate, peer_of

CERTIFICATE = pki().auth.certificate
ESCAPED = quote(pem(CERTIFICATE)).encode()
BASE64 = b64encode(CERTIFICATE.public_bytes(Encoding.DER))
HEADER = "X-SSL-Client-Cert"
PRIVATE, PUBLIC = Peer(None, private=True), Peer(None, private=False)


@pytest.mark.parametrize("value", [ESCAPED, BASE64], ids=["nginx", "haproxy"])
def test_a_configured_proxy_on_a_private_channel_is_believed(value: bytes) -> None:
    assert peer_certificate(PRIVATE, [(HEADER.lower().encode(), value)], HEADER) == CERTIFICATE


@pytest.mark.parametrize("value", [ESCAPED, BASE64], ids=["nginx", "haproxy"])
def test_a_header_on_a_public_channel_identifies_nobody(value: bytes) -> None:
    assert peer_certificate(PUBLIC, [(HEADER.lower().encode(), value)], HEADER) is None


def test_a_private_channel_without_configured_header_identifies_nobody() -> None:
    assert peer_certificate(PRIVATE, [(HEADER.lower().encode(), BASE64)], "") is None


SPELLINGS = [
    b"X_SSL_Client_Cert", b"x_ssl_client_cert", b"X-SSL_Client-Cert", b"HTTP_X_SSL_CLIENT_CERT", b"X-SSL-Client-Cert ",
    b" X-SSL-Client-Cert", b"X-SSL-Client-DN", b"X-SSL-Client-Certificate", b"X--SSL-Client-Cert", b"SSL-Client-Cert",
    b"X-SSL-Client-Cert\t", b"X-SSL-Client-Cert\x00",
]  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_no_other_spelling_of_the_header_is_read(name: bytes) -> None:
    assert peer_certificate(PRIVATE, [(name, BASE64)], HEADER) is None


def test_a_repeated_header_identifies_nobody() -> None:
    headers = [(b"x-ssl-client-cert", BASE64), (b"X-SSL-Client-Cert", BASE64)]
    assert peer_certificate(PRIVATE, headers, HEADER) is None


@pytest.mark.parametrize(
    "value", [b"", b"CN=EVIL", b"-----BEGIN CERTIFICATE-----", b"AAAA", b"%2D%2D%2D", BASE64[:-8], BASE64 + b"!"]
)
def test_what_is_not_a_certificate_identifies_nobody(value: bytes) -> None:
    assert peer_certificate(PRIVATE, [(b"x-ssl-client-cert", value)], HEADER) is None


def test_the_tls_peer_wins_over_any_header() -> None:
    peer = Peer(CERTIFICATE, private=False)
    other = b64encode(pki().auth_other_finess.certificate.public_bytes(Encoding.DER))
    assert peer_certificate(peer, [(b"x-ssl-client-cert", other)], HEADER) == CERTIFICATE


def test_a_request_that_did_not_come_through_our_protocol_has_no_peer() -> None:
    assert peer_of({"type": "http"}) == Peer(None, private=False)
    assert peer_of({"type": "http", "state": {"tramontane.peer": "CN=EVIL"}}) == Peer(None, private=False)
