"""Keys and certificates in files, by reference: `file:/path.p12`, or one PEM with certificate, chain and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from tramontane.client.keys import PrivateKeySigner, TlsCredentials
from tramontane.client.tls import ServerTrust
from tramontane.dmp.errors import CertificateMisuse, LocalError

Credentials = TypeVar("Credentials", TlsCredentials, PrivateKeySigner)
_PKCS12 = frozenset({".p12", ".pfx"})


def credentials(kind: type[Credentials], reference: str, secret: str | None) -> Credentials:
    """The key and certificate that a `file:` reference names; `secret` is the passphrase.

    Raises:
        CertificateMisuse: a file that cannot be read, or that does not hold what is asked.
    """
    path = reference.removeprefix("file:")
    content = read(path)
    if Path(path).suffix.lower() in _PKCS12:
        return kind.from_pkcs12(content, secret)
    return kind.from_pem(content, content, secret)


def environment_secret(name: str, environ: Mapping[str, str]) -> str | None:
    """The passphrase or PIN that an environment variable holds; None when no variable is named.

    Raises:
        LocalError: the variable is named, and is not there.
    """
    if not name:
        return None
    if name not in environ:
        raise LocalError(
            "La variable d'environnement qui porte le mot de passe de la clé n'est pas définie.",
            code="variable-absente",
            expected=f"la variable {name}, dans l'environnement de ce processus",
            received="aucune variable de ce nom",
            next_step=f"définissez {name} là où l'application est lancée, puis relancez-la",
        )
    return environ[name]


def server_trust(trust_path: str, crl_path: str, revocation: str) -> ServerTrust:
    """Whom a server's certificate must come from: anchors and intermediates in one PEM, lists in another.

    Raises:
        CertificateMisuse: a file that cannot be read.
        LocalError: an unknown revocation mode, no anchor, or lists required and none given.
    """
    if revocation not in ("require", "unsafe-skip"):
        raise LocalError(
            "Le mode de contrôle de révocation est inconnu.",
            code="revocation-mode",
            expected="require ou unsafe-skip",
            received=revocation,
            next_step="corrigez la configuration de la connexion",
        )
    certificates = x509.load_pem_x509_certificates(read(trust_path))
    anchors = tuple(one for one in certificates if one.issuer == one.subject)
    intermediates = tuple(one for one in certificates if one.issuer != one.subject)
    crls = revocation_lists(crl_path)
    return ServerTrust(anchors, intermediates, crls, "require" if revocation == "require" else "unsafe-skip")


def revocation_lists(path: str) -> tuple[x509.CertificateRevocationList, ...]:
    """Every list of a PEM file; none without a path."""
    if not path:
        return ()
    end = b"-----END X509 CRL-----"
    return tuple(x509.load_pem_x509_crl((block + end).lstrip()) for block in read(path).split(end)[:-1])


def read(path: str) -> bytes:
    """The content of a file that a configuration names.

    Raises:
        CertificateMisuse: it cannot be read; the path is not repeated.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CertificateMisuse(
            "Un fichier de certificat de la connexion est introuvable ou illisible.",
            code="certificat-fichier",
            expected="un fichier lisible par l'application",
            received=type(error).__name__,
            next_step="vérifiez les chemins de la connexion et les droits de lecture",
        ) from error
