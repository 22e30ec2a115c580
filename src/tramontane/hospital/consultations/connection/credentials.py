"""From a DmpConnection row to what the client needs: files and tokens are read here, and nowhere else.

authentication   file:/path.p12 or file:/path.pem (certificate, chain and key in one PEM)
signature        the same, or pkcs11:token=…;object=…?module-path=/lib.so&x-certificate=/path.pem (RFC 7512)
secret_name      environment variable that holds the passphrase or the PIN
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote

from cryptography import x509

from tramontane import __version__
from tramontane.client import Endpoint, HospitalIdentity, PrivateKeySigner, ServerTrust, TlsCredentials
from tramontane.dmp.errors import CertificateMisuse, LocalError
from tramontane.dmp.identity import FinessJuridique
from tramontane.dmp.signature import Signer
from tramontane.dmp.transactions.exchange import Software
from tramontane.hospital.consultations.models import DmpConnection

Credentials = TypeVar("Credentials", TlsCredentials, PrivateKeySigner)
_PKCS12 = frozenset({".p12", ".pfx"})


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a connection refers to, as it stands on disk now. Equal keys: nothing changed."""

    key: tuple[object, ...]
    identity: HospitalIdentity
    endpoint: Endpoint
    crls: tuple[x509.CertificateRevocationList, ...]
    software: Software


def material(connection: DmpConnection) -> Material:
    """Read, or read again when the row or a file changed.

    Raises:
        CertificateMisuse, LocalError: a certificate, a key, an address or an authority that cannot serve.
    """
    return _material(_key(connection))


def key_of(connection: DmpConnection) -> tuple[object, ...]:
    """What the material depends on: the row and the instant each file was last changed."""
    return _key(connection)


@dataclass(frozen=True, slots=True)
class _Row:
    finess_juridique: str
    base_url: str
    trust_path: str
    crl_path: str
    revocation: str
    authentication: str
    signature: str
    secret_name: str
    software_oid: str
    software_homologation: str


def _key(connection: DmpConnection) -> tuple[object, ...]:
    values = {name: getattr(connection, name) for name in _Row.__dataclass_fields__ if name != "finess_juridique"}
    row = _Row(finess_juridique=connection.legal_entity.finess_juridique, **values)
    paths = (row.trust_path, row.crl_path, _path(row.authentication), _path(row.signature))
    return (row, connection.updated_at, *(_changed_at(path) for path in paths if path))


def _path(reference: str) -> str:
    scheme, _, rest = reference.partition(":")
    return rest if scheme == "file" else _pkcs11(reference).get("x-certificate", "")


def _changed_at(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=64)
def _material(key: tuple[object, ...]) -> Material:
    row = key[0]
    assert isinstance(row, _Row)
    secret = os.environ.get(row.secret_name) if row.secret_name else None
    identity = HospitalIdentity(
        FinessJuridique(row.finess_juridique),
        authentication=_file(TlsCredentials, row.authentication, secret),
        signature=_signer(row.signature, secret),
    )
    crls = _crls(row.crl_path)
    trust = _trust(_read(row.trust_path), crls, row.revocation)
    software = Software(
        row.software_oid, "Tramontane", __version__, row.software_homologation, installation=row.finess_juridique
    )
    return Material(key, identity, Endpoint(row.base_url, trust), crls, software)


def _signer(reference: str, secret: str | None) -> Signer:
    if not reference.startswith("pkcs11:"):
        return _file(PrivateKeySigner, reference, secret)
    from tramontane.client.pkcs11 import Pkcs11Signer

    values = _pkcs11(reference)
    certificate = x509.load_pem_x509_certificate(_read(values.get("x-certificate", "")))
    return Pkcs11Signer(
        values.get("module-path", ""), values.get("token", ""), secret or "", values.get("object", ""), certificate
    )


def _pkcs11(reference: str) -> Mapping[str, str]:
    path, _, query = reference.removeprefix("pkcs11:").partition("?")
    named = (part.partition("=") for part in path.split(";"))
    return {name: unquote(value) for name, _, value in named} | dict(parse_qsl(query))


def _file(kind: type[Credentials], reference: str, secret: str | None) -> Credentials:
    path = reference.removeprefix("file:")
    content = _read(path)
    if Path(path).suffix.lower() in _PKCS12:
        return kind.from_pkcs12(content, secret)
    return kind.from_pem(content, content, secret)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CertificateMisuse(
            "Un fichier de certificat de la connexion au DMP est introuvable ou illisible.",
            code="certificat-fichier",
            expected="un fichier lisible par l'application",
            received=type(error).__name__,
            next_step="vérifiez les chemins de la connexion au DMP et les droits de lecture",
        ) from error


def _crls(path: str) -> tuple[x509.CertificateRevocationList, ...]:
    """Every list of a PEM file."""
    if not path:
        return ()
    end = b"-----END X509 CRL-----"
    blocks = [block + end for block in _read(path).split(end)[:-1]]
    return tuple(x509.load_pem_x509_crl(block.lstrip()) for block in blocks)


def _trust(pem: bytes, crls: tuple[x509.CertificateRevocationList, ...], revocation: str) -> ServerTrust:
    if revocation not in ("require", "unsafe-skip"):
        raise LocalError(
            "Le mode de contrôle de révocation est inconnu.",
            code="revocation-mode",
            expected="require ou unsafe-skip",
            received=revocation,
            next_step="corrigez la connexion au DMP",
        )
    certificates = x509.load_pem_x509_certificates(pem)
    anchors = tuple(one for one in certificates if one.issuer == one.subject)
    intermediates = tuple(one for one in certificates if one.issuer != one.subject)
    return ServerTrust(anchors, intermediates, crls, "require" if revocation == "require" else "unsafe-skip")
