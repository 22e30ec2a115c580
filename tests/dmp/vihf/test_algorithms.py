"""The allow-list of algorithms against the registry (S8): what is not in it is refused, whatever it is."""

from __future__ import annotations

import pytest

from support.vihf_forgery import (
    C14N,
    ENVELOPED,
    RSA_SHA256,
    SHA256,
    Recipe,
    envelope,
    failed_codes,
    judge,
    notes,
    sign,
    unsigned,
)

_DS = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
_DS11 = "http://www.w3.org/2009/xmldsig11#"

SIGNATURES = [
    *[_DS + name for name in ("dsa-sha1", "rsa-sha1", "hmac-sha1")],
    *[
        _MORE + name
        for name in (
            "rsa-md5",
            "rsa-sha224",
            "rsa-sha384",
            "rsa-sha512",
            "rsa-ripemd160",
            "hmac-md5",
            "hmac-sha224",
            "hmac-sha256",
            "hmac-sha384",
            "hmac-sha512",
            "hmac-ripemd160",
            "ecdsa-sha1",
            "ecdsa-sha224",
            "ecdsa-sha256",
            "ecdsa-sha384",
            "ecdsa-sha512",
            "esign-sha1",
            "esign-sha256",
            "rsa-whirlpool",
        )
    ],
    *[
        _MORE07 + name
        for name in (
            "rsa-pss",
            "sha1-rsa-MGF1",
            "sha256-rsa-MGF1",
            "sha384-rsa-MGF1",
            "sha512-rsa-MGF1",
            "sha3-256-rsa-MGF1",
            "ecdsa-sha3-256",
        )
    ],
    _DS11 + "dsa-sha256",
    "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    "",
    RSA_SHA256 + " ",
    RSA_SHA256.upper(),
    "none",
]
DIGESTS = [
    _DS + "sha1",
    *[_MORE + name for name in ("md5", "sha224", "sha384")],
    *["http://www.w3.org/2001/04/xmlenc#" + name for name in ("sha512", "ripemd160")],
    *[_MORE07 + name for name in ("sha3-224", "sha3-256", "sha3-384", "sha3-512", "whirlpool")],
    "",
    SHA256 + "#",
    SHA256.upper(),
]
CANONICALISATIONS = [
    C14N + "WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2010/xml-c14n2",
    ENVELOPED,
    "",
]


def test_more_than_forty_algorithms_are_tried():
    assert len({*SIGNATURES, *DIGESTS, *CANONICALISATIONS}) > 50


@pytest.mark.parametrize("uri", SIGNATURES)
def test_another_signature_method_is_refused_even_with_a_genuine_signature(uri: str):
    assert failed_codes(judge(envelope(sign(unsigned(), recipe=Recipe(method=uri))))) == ["algorithmes"]


@pytest.mark.parametrize("uri", DIGESTS)
def test_another_digest_method_is_refused(uri: str):
    assert failed_codes(judge(envelope(sign(unsigned(), recipe=Recipe(digest=uri))))) == ["algorithmes"]


@pytest.mark.parametrize("uri", CANONICALISATIONS)
def test_another_canonicalisation_is_refused(uri: str):
    assert failed_codes(judge(envelope(sign(unsigned(), recipe=Recipe(c14n=uri))))) == ["algorithmes"]


def _sha1() -> bytes:
    return envelope(sign(unsigned(), recipe=Recipe(method=_DS + "rsa-sha1", digest=_DS + "sha1", hash_name="sha1")))


def test_sha1_is_refused_by_default_and_named():
    verification = judge(_sha1())
    assert failed_codes(verification) == ["algorithmes"]
    verdict = next(verdict for verdict in verification.verdicts if verdict.code == "algorithmes")
    assert "rsa-sha1" in verdict.received
    assert "rsa-sha256" in verdict.expected


def test_sha1_of_the_old_samples_is_read_where_the_policy_says_so_and_flagged():
    verification = judge(_sha1(), accept_sha1=True)
    assert verification.accepted
    assert "SHA-1" in notes(verification)["algorithmes"]


def test_accepting_sha1_accepts_nothing_else():
    data = envelope(sign(unsigned(), recipe=Recipe(method=_MORE + "rsa-sha512", hash_name="sha512")))
    assert failed_codes(judge(data, accept_sha1=True)) == ["algorithmes"]


def test_a_sha1_signature_that_does_not_verify_is_refused_all_the_same():
    data = _sha1().replace(b"899990000012", b"899900063480")
    assert failed_codes(judge(data, accept_sha1=True)) == ["empreinte"]


def test_the_twin_is_accepted():
    assert judge(envelope(sign(unsigned()))).accepted
