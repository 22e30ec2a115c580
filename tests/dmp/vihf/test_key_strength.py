"""A certificate whose key is no RSA key of 2048 bits signs nothing, even declared by the hospital."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from support.vihf_tokens import self_signed, signer
from tramontane.dmp.vihf.policy import load_certificate


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def certified(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> x509.Certificate:
    model = signer().certificate
    return (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
        .sign(key, hashes.SHA256() if isinstance(key, ec.EllipticCurvePrivateKey) else None)
    )


@pytest.mark.parametrize("bits", [1024, 2040])
def test_a_short_rsa_key_is_no_signing_key(bits: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    assert load_certificate(der(self_signed(key))) is None


def test_2048_bits_are_enough() -> None:
    assert load_certificate(der(signer().certificate)) is not None


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP521R1()), ed25519.Ed25519PrivateKey.generate()])
def test_another_kind_of_key_is_no_signing_key(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
    assert load_certificate(der(certified(key))) is None


def test_a_key_that_the_library_does_not_know_is_no_signing_key() -> None:
    """The OID of rsaEncryption, one arc further: the certificate reads, its key does not."""
    known = bytes.fromhex("06092a864886f70d010101")
    changed = der(signer().certificate).replace(known, bytes.fromhex("06092a864886f70d01010f"))
    assert changed != der(signer().certificate)
    assert load_certificate(changed) is None


def test_a_certificate_with_the_same_extension_twice_is_no_certificate() -> None:
    key, model = rsa.generate_private_key(public_exponent=65537, key_size=2048), signer().certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
    )
    for last in "12":
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.9.{last}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"\x05\x00"), critical=False)
    distinct = der(builder.sign(key, hashes.SHA256()))
    arcs = bytes.fromhex("06072b060104010900")[:-1]
    assert load_certificate(distinct) is not None
    assert load_certificate(distinct.replace(arcs + b"\x02", arcs + b"\x01")) is None
