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
from urllib.parse import parse_qsl, unquote

from cryptography import x509

from tramontane import __version__
from tramontane.client import Endpoint, HospitalIdentity, PrivateKeySigner, TlsCredentials, files
from tramontane.client.tls import client_context
from tramontane.dmp.identity import FinessJuridique
from tramontane.dmp.signature import Signer
from tramontane.dmp.transactions.exchange import Software
from tramontane.hospital.consultations.models import DmpConnection


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a connection refers to, as it stands on disk now. Equal keys: nothing changed.

    Attributes:
        revoked: those of its two certificates that the CRLs list.
    """

    key: tuple[object, ...]
    identity: HospitalIdentity
    endpoint: Endpoint
    crls: tuple[x509.CertificateRevocationList, ...]
    software: Software
    revoked: frozenset[x509.Certificate]


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
    secret = files.environment_secret(row.secret_name, os.environ)
    identity = HospitalIdentity(
        FinessJuridique(row.finess_juridique),
        authentication=files.credentials(TlsCredentials, row.authentication, secret),
        signature=open_signer(row.signature, secret),
    )
    trust = files.server_trust(row.trust_path, row.crl_path, row.revocation)
    client_context(trust, identity.authentication)  # what OpenSSL refuses is refused here too, not at the first call
    software = Software(
        row.software_oid, "Tramontane", __version__, row.software_homologation, installation=row.finess_juridique
    )
    own = (identity.authentication.certificate, identity.signature.certificate)
    revoked = frozenset(one for one in own if any(_lists(crl, one) for crl in trust.crls))
    return Material(key, identity, Endpoint(row.base_url, trust), trust.crls, software, revoked)


def _lists(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    same_issuer = crl.issuer == certificate.issuer
    return same_issuer and crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def open_signer(reference: str, secret: str | None) -> Signer:
    """The key a reference names: a file, or an object of a PKCS#11 token.

    Raises:
        CertificateMisuse, LocalError: it cannot serve.
    """
    if not reference.startswith("pkcs11:"):
        return files.credentials(PrivateKeySigner, reference, secret)
    from tramontane.client.pkcs11 import Pkcs11Signer

    values = _pkcs11(reference)
    certificate, *_ = files.certificates(values.get("x-certificate", ""))
    return Pkcs11Signer(
        values.get("module-path", ""), values.get("token", ""), secret or "", values.get("object", ""), certificate
    )


def _pkcs11(reference: str) -> Mapping[str, str]:
    path, _, query = reference.removeprefix("pkcs11:").partition("?")
    named = (part.partition("=") for part in path.split(";"))
    return {name: unquote(value) for name, _, value in named} | dict(parse_qsl(query))
