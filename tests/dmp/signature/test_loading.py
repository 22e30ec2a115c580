"""A certificate or a list is read whole, or refused at once: never later, in the middle of a verification."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from support.pki import pki
from tramontane.dmp.signature import der_certificate, der_crl, pem_certificates, pem_crls
from tramontane.dmp.vihf.policy import load_certificate

PKI = pki()
DER = PKI.sign.certificate.public_bytes(Encoding.DER)
RSA_KEY = bytes.fromhex("06092a864886f70d010101")  # OID rsaEncryption
COUNTRY = bytes.fromhex("0603550406130246")  # OID countryName, PrintableString, 2 letters, « F…
VERSION_3 = bytes.fromhex("a003020102")


def pem(*found: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def altered(old: bytes, new: bytes) -> bytes:
    assert old in DER
    assert len(old) == len(new)
    return DER.replace(old, new)


UNREADABLE = {
    "no certificate": b"rien",
    "cut": DER[:-1],
    "version 2": altered(VERSION_3, VERSION_3[:-1] + b"\x01"),
    "key of an unknown algorithm": altered(RSA_KEY, RSA_KEY[:-1] + b"\x63"),
    "name that is no text": altered(COUNTRY, COUNTRY[:5] + b"\x0c\x02\xff"),
}


def test_files_give_everything_they_hold_in_order() -> None:
    two = (PKI.sign.certificate, PKI.auth.certificate)
    assert pem_certificates(pem(*two)) == two
    assert pem_certificates(b"Bag Attributes\n" + PKI.sign.key_pem() + pem(two[0])) == two[:1]
    assert pem_crls(pem(*PKI.crls).replace(b"\n", b"\r\n")) == PKI.crls
    assert der_certificate(DER) == PKI.sign.certificate
    assert der_crl(PKI.crls[0].public_bytes(Encoding.DER)) == PKI.crls[0]


@pytest.mark.parametrize("lost", [1, 5, 12, 40, 200])
@pytest.mark.parametrize(("read", "whole"), [(pem_certificates, pem(*PKI.anchors * 2)), (pem_crls, pem(*PKI.crls))])
def test_a_file_cut_before_its_last_end_is_refused_and_loses_nothing_silently(
    read: Callable[[bytes], object], whole: bytes, lost: int
) -> None:
    with pytest.raises(ValueError, match="cut short"):
        read(whole.rstrip()[:-lost])


@pytest.mark.parametrize("read", [pem_certificates, pem_crls])
def test_a_file_of_something_else_is_refused(read: Callable[[bytes], object]) -> None:
    for content in (b"", b"rien", DER, PKI.sign.key_pem(), pem(PKI.sign.certificate).decode().encode("utf-16")):
        with pytest.raises(ValueError, match="no such PEM block"):
            read(content)


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_to_its_last_field_is_refused_at_once(case: str) -> None:
    with pytest.raises(ValueError, match="unreadable"):
        der_certificate(UNREADABLE[case])


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_token_signed_by_such_a_certificate_is_signed_by_nobody(case: str) -> None:
    assert load_certificate(UNREADABLE[case]) is None
    assert load_certificate(DER) is not None
