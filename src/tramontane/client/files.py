"""Keys and certificates in files, by reference: `file:/path.p12`, or one PEM with certificate, chain and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from tramontane.client.keys import PrivateKeySigner, TlsCredentials, unreadable_pem
from tramontane.client.tls import ServerTrust
from tramontane.dmp.errors import CertificateMisuse, LocalError
from tramontane.dmp.signature import pem_certificates, pem_crls

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
        LocalError: the variable is named, and is not there or is not text.
    """
    if not name:
        return None
    if name in environ and not _is_text(environ[name]):
        raise LocalError(
            "La variable d'environnement qui porte le mot de passe de la clé n'est pas du texte UTF-8.",
            code="variable-illisible",
            expected=f"la variable {name}, en UTF-8",
            received="des octets d'un autre codage",
            next_step=f"réécrivez {name} en UTF-8 là où l'application est lancée, puis relancez-la",
        )
    if name not in environ:
        raise LocalError(
            "La variable d'environnement qui porte le mot de passe de la clé n'est pas définie.",
            code="variable-absente",
            expected=f"la variable {name}, dans l'environnement de ce processus",
            received="aucune variable de ce nom",
            next_step=f"définissez {name} là où l'application est lancée, puis relancez-la",
        )
    return environ[name]


def _is_text(value: str) -> bool:
    """Python reads a byte that is not UTF-8 as half of a character, which nothing can write."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def server_trust(trust_path: str, crl_path: str, revocation: str) -> ServerTrust:
    """Whom a server's certificate must come from: anchors and intermediates in one PEM, lists in another.

    Raises:
        CertificateMisuse: a file that cannot be read, or is not whole PEM.
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
    found = certificates(trust_path)
    anchors = tuple(one for one in found if one.issuer == one.subject)
    intermediates = tuple(one for one in found if one.issuer != one.subject)
    crls = revocation_lists(crl_path)
    return ServerTrust(anchors, intermediates, crls, "require" if revocation == "require" else "unsafe-skip")


def certificates(path: str) -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM file.

    Raises:
        CertificateMisuse: it cannot be read, or is not whole PEM.
    """
    try:
        return pem_certificates(read(path))
    except ValueError as error:
        raise unreadable_pem("certificats X.509", "openssl x509 -inform der") from error


def revocation_lists(path: str) -> tuple[x509.CertificateRevocationList, ...]:
    """Every list of a PEM file; none without a path.

    Raises:
        CertificateMisuse: it cannot be read, or is not whole PEM.
    """
    try:
        return pem_crls(read(path)) if path else ()
    except ValueError as error:
        raise unreadable_pem("listes de révocation (CRL)", "openssl crl -inform der") from error


def read(path: str) -> bytes:
    """The content of a file that a configuration names.

    Raises:
        CertificateMisuse: it cannot be read, or is no ordinary file (a device never ends); the path is not repeated.
    """
    try:
        if not Path(path).is_file():
            raise FileNotFoundError
        return Path(path).read_bytes()
    except OSError as error:
        raise CertificateMisuse(
            "Un fichier de certificat de la connexion est introuvable ou illisible.",
            code="certificat-fichier",
            expected="un fichier lisible par l'application",
            received=type(error).__name__,
            next_step="vérifiez les chemins de la connexion et les droits de lecture",
        ) from error
