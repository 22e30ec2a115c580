"""Keys are loaded from PEM and PKCS#12, or refused with a sentence that says what to do and holds no secret."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from support.pki import SIGN, pki, spare_key
from tramontane.client import PrivateKeySigner, TlsCredentials
from tramontane.demo.pki import Profile
from tramontane.dmp.errors import CertificateMisuse

PKI = pki()
RSA_KEY = bytes.fromhex("06092a864886f70d010101")  # OID rsaEncryption


def pem(label: str, der: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n".encode()


SECRET = "un mot de passe très secret"
CERTIFICATE = PKI.sign.certificate_pem
CLEAR, ENCRYPTED = PKI.sign.key_pem(), PKI.sign.key_pem(SECRET)
P12 = PKI.sign.pkcs12(SECRET)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

UNKNOWN_KEY = pem(
    "PRIVATE KEY",
    PKI.sign.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).replace(
        RSA_KEY, RSA_KEY[:-1] + b"\x63"
    ),
)


def short_key_pair() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    certificate = PKI.demo.issue(Profile.SIGN, SIGN, key=key)
    return certificate.certificate_pem, certificate.key_pem()


@pytest.mark.parametrize(
    "signer",
    [
        PrivateKeySigner.from_pem(CERTIFICATE, CLEAR),
        PrivateKeySigner.from_pem(CERTIFICATE, ENCRYPTED, SECRET),
        PrivateKeySigner.from_pkcs12(P12, SECRET),
    ],
    ids=["pem", "encrypted-pem", "pkcs12"],
)
def test_each_form_gives_a_signer_whose_signature_verifies(signer: PrivateKeySigner) -> None:
    public_key = signer.certificate.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    public_key.verify(signer.sign(b"VIHF"), b"VIHF", padding.PKCS1v15(), hashes.SHA256())


def test_the_chain_that_follows_the_certificate_is_kept() -> None:
    authority = (PKI.demo.organisations.certificate,)
    assert TlsCredentials.from_pem(PKI.auth.certificate_pem, PKI.auth.key_pem()).chain == authority
    assert TlsCredentials.from_pkcs12(PKI.auth.pkcs12(SECRET), SECRET).chain == authority


REFUSALS: dict[str, tuple[str, Callable[[], object]]] = {
    "wrong password of a PEM key": (
        "mot-de-passe-faux",
        lambda: PrivateKeySigner.from_pem(CERTIFICATE, ENCRYPTED, "faux"),
    ),
    "missing password of a PEM key": (
        "mot-de-passe-manquant",
        lambda: PrivateKeySigner.from_pem(CERTIFICATE, ENCRYPTED),
    ),
    "password for a clear key": (
        "mot-de-passe-inutile",
        lambda: PrivateKeySigner.from_pem(CERTIFICATE, CLEAR, SECRET),
    ),
    "key that is not one": ("cle-illisible", lambda: PrivateKeySigner.from_pem(CERTIFICATE, b"rien")),
    "certificate that is not one": ("certificat-illisible", lambda: PrivateKeySigner.from_pem(b"rien", CLEAR)),
    "key of another certificate": (
        "cle-autre-certificat",
        lambda: PrivateKeySigner.from_pem(CERTIFICATE, PKI.auth.key_pem()),
    ),
    "elliptic key": ("cle-non-rsa", lambda: PrivateKeySigner.from_pem(CERTIFICATE, ELLIPTIC)),
    "key of an unknown algorithm": ("cle-algorithme", lambda: PrivateKeySigner.from_pem(CERTIFICATE, UNKNOWN_KEY)),
    "certificate cut before its end": (
        "certificat-illisible",
        lambda: PrivateKeySigner.from_pem(CERTIFICATE.rstrip()[:-12], CLEAR),
    ),
    "short key": ("cle-trop-courte", lambda: PrivateKeySigner.from_pem(*short_key_pair())),
    "wrong password of a PKCS#12": ("mot-de-passe-faux", lambda: PrivateKeySigner.from_pkcs12(P12, "faux")),
    "missing password of a PKCS#12": ("cle-illisible", lambda: PrivateKeySigner.from_pkcs12(P12)),
    "PKCS#12 that is not one": ("cle-illisible", lambda: PrivateKeySigner.from_pkcs12(b"rien")),
    "PKCS#12 without key": (
        "pkcs12-incomplet",
        lambda: PrivateKeySigner.from_pkcs12(
            pkcs12.serialize_key_and_certificates(
                None, None, PKI.sign.certificate, None, BestAvailableEncryption(SECRET.encode())
            ),
            SECRET,
        ),
    ),
    "PKCS#12 whose key is another's": (
        "cle-autre-certificat",
        lambda: TlsCredentials(PKI.auth.certificate, spare_key()),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_has_its_code_and_a_next_step(case: str) -> None:
    code, attempt = REFUSALS[case]
    with pytest.raises(CertificateMisuse) as refusal:
        attempt()
    assert refusal.value.code == code
    assert refusal.value.next_step
    assert SECRET not in refusal.value.explain()


def test_neither_key_nor_password_shows_in_a_representation() -> None:
    numbers = PKI.sign.key.private_numbers()
    shown = repr(PrivateKeySigner.from_pkcs12(P12, SECRET)) + repr(
        TlsCredentials.from_pem(PKI.auth.certificate_pem, PKI.auth.key_pem())
    )
    for secret in (str(numbers.d), str(numbers.p), SECRET, "PRIVATE KEY", "RSAPrivateKey"):
        assert secret not in shown
