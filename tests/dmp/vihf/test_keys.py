"""The key is the configuration's (S9): KeyInfo may only name one of ours, byte for byte."""

from __future__ import annotations

import base64
import dataclasses

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from support.pki import pki, spare_key
from support.vihf_forgery import DS, NS, envelope, failed_codes, judge, sign, unsigned
from support.vihf_tokens import AIR, ISSUED, SoftwareSigner, attacker, self_signed, signer
from tramontane.dmp.signature import CertificateUsage, TrustStore
from tramontane.dmp.vihf import PinnedCertificates, TrustedIssuers, VerificationPolicy, build, verify


def _b64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _with_certificate(data: bytes, text: str) -> bytes:
    root = etree.fromstring(data)
    root.find(".//ds:X509Certificate", NS).text = text
    return etree.tostring(root)


def _ec_certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    return (
        x509.CertificateBuilder()
        .subject_name(signer().certificate.subject)
        .issuer_name(signer().certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(signer().certificate.not_valid_before_utc)
        .not_valid_after(signer().certificate.not_valid_after_utc)
        .sign(key, hashes.SHA256())
    )


def _short_key() -> SoftwareSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return SoftwareSigner(self_signed(key), key)


def _reissued() -> x509.Certificate:
    """The hospital's own key and name in a certificate nobody declared."""
    return self_signed(signer().key)


def _attacker_signed() -> bytes:
    return sign(unsigned(), by=attacker())


GOOD = signer().certificate
FORGERIES = {
    "signed by the attacker, his certificate": _attacker_signed,
    "signed by the attacker, our certificate": lambda: _with_certificate(_attacker_signed(), _b64(GOOD)),
    "our signature, the attacker's certificate": lambda: _with_certificate(
        sign(unsigned()), _b64(attacker().certificate)
    ),
    "our key in another certificate": lambda: sign(unsigned(), by=SoftwareSigner(_reissued(), signer().key)),
    "a spare key": lambda: sign(unsigned(), by=SoftwareSigner(self_signed(spare_key()), spare_key())),
    "a short key": lambda: sign(unsigned(), by=_short_key()),
    "an elliptic certificate": lambda: _with_certificate(sign(unsigned()), _b64(_ec_certificate())),
    "a certificate cut short": lambda: _with_certificate(
        sign(unsigned()), base64.b64encode(GOOD.public_bytes(Encoding.DER)[:-4]).decode()
    ),
    "a certificate with a tail": lambda: _with_certificate(
        sign(unsigned()), base64.b64encode(GOOD.public_bytes(Encoding.DER) + b"tail").decode()
    ),
    "a PEM certificate": lambda: _with_certificate(
        sign(unsigned()), base64.b64encode(GOOD.public_bytes(Encoding.PEM)).decode()
    ),
    "a bare public key": lambda: _with_certificate(sign(unsigned()), base64.b64encode(b"0" * 294).decode()),
    "one byte": lambda: _with_certificate(sign(unsigned()), "AA=="),
    "a serial number of another certificate": lambda: _with_certificate(
        sign(unsigned()), _b64(self_signed(attacker().key, GOOD.subject))
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_another_key_is_refused(name: str):
    verification = judge(envelope(FORGERIES[name]()))
    assert failed_codes(verification)[0] in {"cle", "signature"}


@pytest.mark.parametrize("name", FORGERIES)
def test_another_key_is_refused_where_issuers_are_trusted(name: str):
    trusted = VerificationPolicy(TrustedIssuers(TrustStore(pki().anchors, pki().intermediates, require_crl=False)))
    verification = verify(envelope(FORGERIES[name]()), trusted, at=ISSUED)
    assert set(failed_codes(verification)) & {"cle", "signature", "certificat-confiance"}


def test_a_key_value_beside_the_certificate_is_refused():
    """xmlsec1 called naively takes the attacker's KeyValue."""
    root = etree.fromstring(envelope())
    key_info = root.find(".//ds:KeyInfo", NS)
    numbers = attacker().key.public_key().public_numbers()
    value = etree.fromstring(
        f'<KeyValue xmlns="{DS}"><RSAKeyValue><Modulus>{_int(numbers.n)}</Modulus>'
        f"<Exponent>{_int(numbers.e)}</Exponent></RSAKeyValue></KeyValue>"
    )
    key_info.insert(0, value)
    assert failed_codes(judge(etree.tostring(root))) == ["signature-forme"]


def _int(number: int) -> str:
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


def test_a_refused_key_is_named_by_its_fingerprint():
    verification = judge(envelope(_attacker_signed()))
    verdict = next(verdict for verdict in verification.verdicts if verdict.code == "cle")
    assert attacker().certificate.fingerprint(hashes.SHA256()).hex() in verdict.received


def test_several_certificates_may_be_pinned_during_a_renewal():
    pinned = VerificationPolicy(PinnedCertificates([attacker().certificate, GOOD]))
    assert verify(envelope(), pinned, at=ISSUED).accepted
    assert verify(envelope(_attacker_signed()), pinned, at=ISSUED).accepted


def test_a_policy_that_pins_nobody_accepts_nobody():
    assert not verify(envelope(), VerificationPolicy(PinnedCertificates([])), at=ISSUED).accepted


class TestTrustedIssuers:
    """Chain, revocation and purpose, on the test PKI."""

    def _judge(self, credentials, **store):
        now = pki().now
        options = {"anchors": pki().anchors, "intermediates": pki().intermediates, "crls": pki().crls, **store}
        content = dataclasses.replace(AIR, authn_instant=now)
        data = envelope(build(content, signer=credentials, assertion_id="_t", issue_instant=now))
        return verify(data, VerificationPolicy(TrustedIssuers(TrustStore(**options))), at=now)

    def test_a_cachet_of_the_igc_is_accepted(self):
        verification = self._judge(pki().sign)
        assert verification.accepted, failed_codes(verification)
        assert verification.vihf.certificate == pki().sign.certificate

    def test_an_authentication_certificate_that_signs_is_refused_for_its_purpose(self):
        verification = self._judge(pki().auth)
        assert "certificat-usage" in failed_codes(verification)
        verdict = next(verdict for verdict in verification.verdicts if verdict.code == "certificat-usage")
        assert (verdict.expected, verdict.received) == (CertificateUsage.SIGNATURE, CertificateUsage.AUTHENTICATION)

    @pytest.mark.parametrize("variant", ["sign_revoked", "sign_twin", "sign_self_signed"])
    def test_a_certificate_that_is_not_trusted_is_refused(self, variant: str):
        assert failed_codes(self._judge(getattr(pki(), variant))) == ["certificat-confiance"]

    @pytest.mark.parametrize("variant", ["sign_expired", "sign_not_yet_valid"])
    def test_a_certificate_out_of_its_dates_is_refused(self, variant: str):
        assert "certificat-validite" in failed_codes(self._judge(getattr(pki(), variant)))

    def test_no_revocation_list_closes(self):
        verification = self._judge(pki().sign, crls=())
        assert failed_codes(verification) == ["certificat-confiance"]

    def test_a_stale_revocation_list_closes(self):
        assert failed_codes(self._judge(pki().sign, crls=pki().stale_crls)) == ["certificat-confiance"]

    def test_the_refusal_tells_which_check_of_the_certificate_failed(self):
        verification = self._judge(pki().sign_revoked)
        verdict = next(verdict for verdict in verification.verdicts if verdict.code == "certificat-confiance")
        assert verdict.received.startswith("certificat-revocation : ")
        assert verdict.next_step
