"""Mutual TLS towards the DMP: protocol, suites, our certificate, and how the server's is checked. Fails closed.

Suites and versions: PDT-INF-579 (LPS access: TLS 1.2 with four suites). TLS 1.3 keeps OpenSSL's own three suites.
"""

from __future__ import annotations

import secrets
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tramontane.client.errors import Phase
from tramontane.client.keys import TlsCredentials
from tramontane.client.timeline import current_timeline
from tramontane.dmp.errors import CertificateMisuse, LocalError

# PDT-INF-579, in OpenSSL's spelling.
TLS_1_2_SUITES = (
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)


@dataclass(frozen=True, slots=True)
class ServerTrust:
    """Whom the server's certificate must come from.

    Attributes:
        anchors: trusted roots; never the machine's own store.
        intermediates: authorities that help build the chain when the server omits them; not anchors.
        crls: one fresh list per authority of the server's chain, root included.
        revocation: ``require`` (default): a missing or stale list refuses the server. ``unsafe-skip``: revocation is
            not looked at; say so in your audit.

    Raises:
        LocalError: no anchor, or lists required and none given.
    """

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    revocation: Literal["require", "unsafe-skip"] = "require"

    def __post_init__(self) -> None:
        if not self.anchors:
            raise LocalError(
                "Aucune autorité de confiance n'est donnée pour vérifier le serveur.",
                code="tls-sans-autorite",
                expected="au moins le certificat racine de l'IGC-Santé",
                received="aucun",
                next_step="configurez le certificat racine de l'IGC-Santé",
            )
        if self.revocation == "require" and not self.crls:
            raise LocalError(
                "Aucune liste de révocation n'est donnée : le certificat du serveur ne peut pas être accepté.",
                code="tls-sans-crl",
                expected="une CRL à jour de chaque autorité du serveur, racine comprise",
                received="aucune",
                next_step="récupérez les CRL de l'IGC-Santé, ou renoncez explicitement (revocation=unsafe-skip)",
            )


class TracedContext(ssl.SSLContext):
    """Tells when a handshake begins: asyncio wraps the connected socket exactly then, and nobody else says it."""

    def wrap_bio(self, *args: object, **kwargs: object) -> ssl.SSLObject:
        timeline = current_timeline.get()
        if timeline is not None:
            timeline.enter(Phase.TLS)
        return super().wrap_bio(*args, **kwargs)  # type: ignore[arg-type]  # same arguments, whatever they are


def client_context(trust: ServerTrust, credentials: TlsCredentials) -> ssl.SSLContext:
    """A context for connections to one peer, built from `trust` alone.

    The host name is checked against the certificate's subjectAltName.

    Raises:
        CertificateMisuse: OpenSSL refuses a certificate of ours, or an authority.
    """
    context = TracedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(TLS_1_2_SUITES))
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.verify_flags = _verify_flags(trust)
    try:
        _load_trust(context, trust)
        _load_credentials(context, credentials)
    except ssl.SSLError as error:
        raise _refused_by_openssl(error) from error
    return context


def _verify_flags(trust: ServerTrust) -> ssl.VerifyFlags:
    """Set, not added: newer Pythons allow partial chains by default, which would make intermediates anchors."""
    flags = ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_TRUSTED_FIRST
    return flags | ssl.VERIFY_CRL_CHECK_CHAIN if trust.revocation == "require" else flags


def _load_trust(context: ssl.SSLContext, trust: ServerTrust) -> None:
    authorities = (*trust.anchors, *trust.intermediates)
    context.load_verify_locations(cadata=b"".join(_der(certificate) for certificate in authorities))
    if trust.crls:
        with _private_file(b"".join(crl.public_bytes(serialization.Encoding.PEM) for crl in trust.crls)) as path:
            context.load_verify_locations(cafile=path)


def _load_credentials(context: ssl.SSLContext, credentials: TlsCredentials) -> None:
    """`ssl` reads keys from files only: an encrypted one, its password known to this call alone, gone at once."""
    password = secrets.token_bytes(32).hex()
    key = credentials.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    chain = (credentials.certificate, *credentials.chain)
    pem = b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain)
    with _private_file(key + pem) as path:
        context.load_cert_chain(path, password=password)


def _refused_by_openssl(error: ssl.SSLError) -> CertificateMisuse:
    """Its own words, which name no secret: `ca md too weak` (SHA-1), `ee key too small`…"""
    return CertificateMisuse(
        "Un certificat de la connexion est refusé par la bibliothèque TLS.",
        code="certificat-refuse-tls",
        expected="des certificats et des autorités que le niveau de sécurité de cette machine admet",
        received=(getattr(error, "reason", "") or "erreur TLS").replace("_", " ").lower(),
        reference="OpenSSL, SSL_CTX_set_security_level",
        next_step="demandez un certificat signé par SHA-256 au moins, et retirez de sa chaîne toute autorité plus faible",
    )


@contextmanager
def _private_file(content: bytes) -> Iterator[Path]:
    """A file only we can read (mkstemp: 0600), removed on leaving."""
    with tempfile.TemporaryDirectory(prefix="tramontane-") as directory:
        path = Path(directory, "pem")
        path.touch(mode=0o600)
        path.write_bytes(content)
        yield path


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
