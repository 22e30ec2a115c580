"""Private keys held in memory, from PEM or PKCS#12: one to sign the VIHF, one for mutual TLS.

Each refusal is a sentence that says what to do. No password, key or path ever appears in one, nor in a `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from tramontane.dmp.errors import CertificateMisuse
from tramontane.dmp.signature import pem_certificates, require_readable

SMALLEST_KEY = 2048
_PADDING = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


@dataclass(frozen=True, slots=True)
class _Credentials:
    """An RSA private key with its certificate and the authorities above it.

    Raises:
        CertificateMisuse: not RSA, too short, or not the key of this certificate.
    """

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False, compare=False)
    chain: tuple[x509.Certificate, ...] = ()

    def __post_init__(self) -> None:
        _require_readable(self.certificate, *self.chain)
        if self.key.key_size < SMALLEST_KEY:
            raise CertificateMisuse(
                "Cette clé RSA est trop courte pour être acceptée.",
                code="cle-trop-courte",
                expected=f"au moins {SMALLEST_KEY} bits",
                received=f"{self.key.key_size} bits",
                reference="PGSSI-S ; RGS B1",
                next_step="demandez un nouveau certificat avec une clé RSA de 2048 bits au moins",
            )
        if self.key.public_key() != self.certificate.public_key():
            raise CertificateMisuse(
                "La clé privée n'est pas celle de ce certificat.",
                code="cle-autre-certificat",
                expected=f"la clé de {self.certificate.subject.rfc4514_string()}",
                received="une autre clé privée",
                next_step="fournissez la clé engendrée avec la demande de ce certificat",
            )

    @classmethod
    def from_pem(cls, certificate: bytes, key: bytes, password: str | None = None) -> Self:
        """Read PEM contents. `certificate` may hold its chain after it; `password` is that of `key`.

        Raises:
            CertificateMisuse: unreadable, wrong or missing password, not the key of this certificate…
        """
        leaf, *chain = _certificates(certificate)
        return cls(leaf, _rsa(_pem_key(key, password)), tuple(chain))

    @classmethod
    def from_pkcs12(cls, data: bytes, password: str | None = None) -> Self:
        """Read a PKCS#12 file's content (.p12, .pfx).

        Raises:
            CertificateMisuse: unreadable, wrong password, without key or certificate.
        """
        try:
            key, certificate, chain = pkcs12.load_key_and_certificates(data, password.encode() if password else None)
        except ValueError as error:
            raise _unreadable("fichier PKCS#12", password_given=bool(password)) from error
        except UnsupportedAlgorithm as error:
            raise _unsupported("fichier PKCS#12") from error
        if key is None or certificate is None:
            raise CertificateMisuse(
                "Ce fichier PKCS#12 ne contient pas à la fois une clé privée et son certificat.",
                code="pkcs12-incomplet",
                expected="une clé privée et son certificat",
                received="clé absente" if key is None else "certificat absent",
                next_step="exportez de nouveau le certificat avec sa clé privée",
            )
        return cls(certificate, _rsa(key), tuple(chain))


@dataclass(frozen=True, slots=True)
class PrivateKeySigner(_Credentials):
    """Signs with a key held in memory; a `tramontane.dmp.signature.signer.Signer`."""

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `data`. Releases the GIL: threads sign in parallel."""
        return self.key.sign(data, _PADDING, _SHA256)


@dataclass(frozen=True, slots=True)
class TlsCredentials(_Credentials):
    """The client side of mutual TLS: an ORG_AUTH_CLI certificate and its key.

    The key is in memory: Python's `ssl` cannot use one that stays in a PKCS#11 token. Where it must stay there,
    put a local egress proxy that can use the token between the client and the DMP.
    """


def _certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return pem_certificates(pem)
    except ValueError as error:
        raise unreadable_pem("certificats X.509", "openssl x509 -inform der") from error


def _require_readable(*certificates: x509.Certificate) -> None:
    try:
        for one in certificates:
            require_readable(one)
    except ValueError as error:
        raise unreadable_pem("certificats X.509", "openssl x509 -inform der") from error


def unreadable_pem(what: str, conversion: str) -> CertificateMisuse:
    """The refusal of a file that is not the PEM it should be."""
    return CertificateMisuse(
        "Un fichier de certificats ou de listes de révocation n'est pas lisible.",
        code="certificat-illisible",
        expected=f"des {what} entiers, au format PEM",
        received="un autre contenu, un fichier coupé avant sa fin, ou une clé d'un algorithme inconnu",
        next_step=f"récupérez de nouveau le fichier ; s'il est en DER, convertissez-le en PEM ({conversion})",
    )


def _pem_key(pem: bytes, password: str | None) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(pem, password.encode() if password else None)
    except TypeError as error:
        raise _password_mismatch(given=bool(password)) from error
    except ValueError as error:
        raise _unreadable("clé privée au format PEM", password_given=bool(password)) from error
    except UnsupportedAlgorithm as error:
        raise _unsupported("clé privée au format PEM") from error


def _rsa(key: PrivateKeyTypes) -> rsa.RSAPrivateKey:
    if isinstance(key, rsa.RSAPrivateKey):
        return key
    raise CertificateMisuse(
        "Cette clé privée n'est pas une clé RSA.",
        code="cle-non-rsa",
        expected="une clé RSA, seule acceptée pour signer un VIHF (rsa-sha256)",
        received=type(key).__name__,
        reference="protocole DMP, signature du VIHF",
        next_step="utilisez le certificat RSA délivré par l'IGC-Santé",
    )


def _unsupported(what: str) -> CertificateMisuse:
    return CertificateMisuse(
        f"Un algorithme de ce contenu n'est pas pris en charge ({what}).",
        code="cle-algorithme",
        expected="une clé RSA et son certificat",
        received="un algorithme inconnu, ou trop ancien",
        next_step="utilisez la clé RSA délivrée avec le certificat de l'IGC-Santé",
    )


def _unreadable(what: str, *, password_given: bool) -> CertificateMisuse:
    if password_given:
        return CertificateMisuse(
            f"Le mot de passe est faux, ou le contenu n'est pas celui attendu ({what}).",
            code="mot-de-passe-faux",
            expected=what,
            received="un contenu que ce mot de passe n'ouvre pas",
            next_step="vérifiez le mot de passe reçu avec le certificat, puis le fichier",
        )
    return CertificateMisuse(
        f"Le contenu n'est pas lisible sans mot de passe ({what}).",
        code="cle-illisible",
        expected=what,
        received="un contenu illisible, ou protégé par un mot de passe",
        next_step="vérifiez le fichier ; s'il est protégé, donnez son mot de passe",
    )


def _password_mismatch(*, given: bool) -> CertificateMisuse:
    if given:
        return CertificateMisuse(
            "Un mot de passe est donné, mais la clé privée n'est pas chiffrée.",
            code="mot-de-passe-inutile",
            expected="une clé privée chiffrée, ou aucun mot de passe",
            received="une clé privée en clair et un mot de passe",
            next_step="chiffrez la clé (openssl pkcs8 -topk8) ou retirez le mot de passe de la configuration",
        )
    return CertificateMisuse(
        "La clé privée est chiffrée et aucun mot de passe n'est donné.",
        code="mot-de-passe-manquant",
        expected="le mot de passe de la clé",
        received="aucun mot de passe",
        next_step="donnez le mot de passe de la clé dans la configuration",
    )
