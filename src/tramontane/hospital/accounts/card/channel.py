"""The certificate that a TLS proxy read and forwards: believed from its Unix socket alone, with the key of the channel.

Two locks, because each was seen to fail alone. The socket keeps clients of the network out, not the headers they send
through the proxy: several proxies let `X_Tramontane_Card` pass beside `X-Tramontane-Card`, a WSGI server folds both
into one name, and ours keeps the last one. The key, written by the proxy in the same value, cannot be guessed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import HttpRequest

from tramontane.dmp.signature import der_certificate, pem_certificates
from tramontane.hospital.accounts.card.door import CardDoor
from tramontane.hospital.accounts.card.errors import CardError

HEADER = "HTTP_X_TRAMONTANE_CARD"
MAX_LENGTH = 16 * 1024
_PEM = "-----BEGIN%20CERTIFICATE-----"


def certificate(request: HttpRequest, door: CardDoor) -> x509.Certificate:
    """The certificate of the TLS connection: its holder proved that the private key is there.

    Raises:
        CardError: another channel than the proxy's, no certificate, or one that is not written as agreed.
    """
    value = request.META.get(HEADER, "")
    if not from_proxy(request):
        raise CardError("canal-inconnu")
    key, mark, written = value.partition(";")
    if not mark or not hmac.compare_digest(key.encode(), door.channel_key.encode()):
        raise CardError("canal-sans-cle")
    if not written:
        raise CardError("carte-absente")
    if len(written) > MAX_LENGTH:
        raise CardError("certificat-illisible")
    try:
        return _escaped_pem(written) if written.startswith(_PEM) else _byte_sequence(written)
    except ValueError as error:
        raise CardError("certificat-illisible") from error


def from_proxy(request: HttpRequest) -> bool:
    """Whether the request came by the proxy's Unix socket: no address of a peer, and the very path as server name."""
    socket = settings.ENVIRONMENT.trusted_proxy_socket
    return bool(socket) and not request.META.get("REMOTE_ADDR") and request.META.get("SERVER_NAME") == socket


def _escaped_pem(written: str) -> x509.Certificate:
    """`$ssl_client_escaped_cert` of nginx: one certificate, percent-encoded PEM."""
    return _same(pem_certificates(unquote(written, errors="strict").encode("ascii"))[0], _pem_body(written))


def _byte_sequence(written: str) -> x509.Certificate:
    """`:base64:` of the DER, as RFC 9440 §2.1 writes it: HAProxy, Caddy."""
    if len(written) < 2 or written[0] != ":" or written[-1] != ":":
        raise ValueError("ni PEM échappé, ni séquence d’octets")
    return _same(der_certificate(_decoded(written[1:-1])), written[1:-1])


def _same(found: x509.Certificate, written: str) -> x509.Certificate:
    """Nothing before, between or after: what was written is this certificate and no other."""
    if found.public_bytes(Encoding.DER) != _decoded(written):
        raise ValueError("plusieurs certificats, ou autre chose autour")
    return found


def _pem_body(written: str) -> str:
    head, tail = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"
    text = unquote(written, errors="strict")
    if not text.startswith(head) or not text.endswith(tail):
        raise ValueError("PEM malformé")
    return text[len(head) : -len(tail)].replace("\n", "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("base64 malformé") from error
