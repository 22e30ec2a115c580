"""What a certificate says, and how a refusal is told."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from support.pki import pki
from tramontane.demo.pki import Profile, Subject
from tramontane.dmp.signature import CertificateUsage, TrustStore, describe, same_name
from tramontane.dmp.verdicts import Outcome, Verdict, accepted, failures

PKI = pki()


def check(
    certificate: x509.Certificate, usage: CertificateUsage = CertificateUsage.AUTHENTICATION
) -> dict[str, Verdict]:
    store = TrustStore(PKI.anchors, PKI.intermediates, PKI.crls)
    return {verdict.code: verdict for verdict in store.check(certificate, at=PKI.now, usage=usage)}


def test_an_organisation_certificate_tells_its_structure_and_its_purpose() -> None:
    found = describe(PKI.auth.certificate)
    assert found.subject_dn.startswith("CN=ch-des-monts.auth.test,OU=1990000010,O=")
    assert found.subject_dn.endswith("ST=Rhône (69),C=FR")
    assert str(found.struct_idnat) == "1990000010"
    assert found.usage is CertificateUsage.AUTHENTICATION
    assert found.fingerprint_sha256 == PKI.auth.certificate.fingerprint(hashes.SHA256()).hex()
    assert (found.not_after - found.not_before).days == 731


def test_a_structure_named_by_its_siret_is_read() -> None:
    certificate = PKI.demo.issue(Profile.SIGN, Subject("cachet", "339172288100052"), key=PKI.sign.key).certificate
    assert str(describe(certificate).struct_idnat) == "339172288100052"


def test_a_cps_names_a_person_and_no_structure() -> None:
    found = describe(PKI.cps.certificate)
    assert found.subject_dn == "GN=MAX,SN=LIBRE,CN=899900063480,title=Médecin,C=FR"
    assert found.struct_idnat is None
    assert found.usage is CertificateUsage.SIGNATURE


def test_an_authority_is_suitable_for_nothing() -> None:
    assert describe(PKI.demo.organisations.certificate).usage is CertificateUsage.UNSUITABLE


def test_each_good_certificate_passes_for_its_own_purpose_only() -> None:
    own = {
        CertificateUsage.AUTHENTICATION: PKI.auth,
        CertificateUsage.SIGNATURE: PKI.sign,
        CertificateUsage.SERVER: PKI.server,
    }
    for usage in own:
        for purpose, credentials in own.items():
            assert accepted(check(credentials.certificate, usage).values()) is (usage is purpose)


@pytest.mark.parametrize(
    ("variant", "step"),
    [
        ("auth_revoked", "certificat-revocation"),
        ("auth_expired", "certificat-validite"),
        ("auth_not_yet_valid", "certificat-validite"),
        ("auth_twin", "certificat-chaine"),
        ("auth_self_signed", "certificat-chaine"),
        ("auth_no_eku", "certificat-usage"),
        ("server", "certificat-usage"),
        ("sign", "certificat-usage"),
    ],
)
def test_each_bad_variant_fails_one_step_that_says_what_to_do(variant: str, step: str) -> None:
    verdicts = check(getattr(PKI, variant).certificate)
    failed = [verdict for verdict in verdicts.values() if verdict.outcome is Outcome.FAILED]
    assert [verdict.code for verdict in failed] == [step]
    assert failed[0].expected
    assert failed[0].received
    assert failed[0].next_step
    assert failed[0].reference


def test_what_depends_on_an_unknown_chain_is_not_run_rather_than_passed() -> None:
    verdicts = check(PKI.auth_twin.certificate)
    assert verdicts["certificat-crl"].outcome is Outcome.NOT_RUN
    assert verdicts["certificat-revocation"].outcome is Outcome.NOT_RUN


def test_a_twin_authority_is_told_from_an_unknown_one() -> None:
    twin = check(PKI.auth_twin.certificate)["certificat-chaine"].next_step
    unknown = check(PKI.auth_self_signed.certificate)["certificat-chaine"].next_step
    assert "porte ce nom" in twin
    assert "inconnu" in unknown


def test_a_certificate_altered_by_one_byte_is_refused() -> None:
    der = bytearray(PKI.auth.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    altered = check(x509.load_der_x509_certificate(bytes(der)))
    assert altered["certificat-chaine"].outcome is Outcome.FAILED


def test_a_store_without_anchor_cannot_exist() -> None:
    with pytest.raises(ValueError, match="empty"):
        TrustStore(())


def test_a_list_of_twenty_thousand_entries_is_looked_up_without_reading_it_again() -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(PKI.demo.organisations.certificate.subject)
        .last_update(PKI.now)
        .next_update(PKI.now + timedelta(days=1))
    )
    for serial in (*range(1, 20_000), PKI.auth.certificate.serial_number):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(PKI.now).build()
        builder = builder.add_revoked_certificate(entry)
    crls = (builder.sign(PKI.demo.organisations.key, hashes.SHA256()), PKI.crls[0])
    large, small = (TrustStore(PKI.anchors, PKI.intermediates, lists) for lists in (crls, PKI.crls))

    def look_up(store: TrustStore) -> tuple[Verdict, ...]:
        return store.check(PKI.auth.certificate, at=PKI.now, usage=CertificateUsage.AUTHENTICATION)

    assert [verdict.code for verdict in failures(look_up(large))] == ["certificat-revocation"]
    assert accepted(look_up(small))
    assert _calls_made_by(lambda: look_up(large)) < 2 * _calls_made_by(lambda: look_up(small))


SAME = "CN=x.cachet.test,OU=1990000010,O=CH\\, DES MONTS,ST=Rhône (69),C=FR"


@pytest.mark.parametrize(
    "other",
    [
        SAME,
        "C=FR,ST=Rhône (69),O=CH\\, DES MONTS,OU=1990000010,CN=x.cachet.test",
        "CN=x.cachet.test, OU=1990000010, O=CH\\, DES MONTS, ST=Rhône (69), C=FR",
        "CN=x.cachet.test,OU=1990000010,O=CH\\, DES MONTS,S=Rhône (69),C=FR",
    ],
)
def test_names_are_the_same_whatever_their_order_spacing_and_aliases(other: str) -> None:
    assert same_name(SAME, other)


@pytest.mark.parametrize(
    "other",
    [
        "CN=x.cachet.test,OU=1990000036,O=CH\\, DES MONTS,ST=Rhône (69),C=FR",
        "CN=x.cachet.test,OU=1990000010,O=CH\\, DES MONTS,C=FR",
        SAME + ",C=FR",
        "OU=x.cachet.test,CN=1990000010,O=CH\\, DES MONTS,ST=Rhône (69),C=FR",
        "CN=x.cachet.test+OU=1990000010,O=CH\\, DES MONTS,ST=Rhône (69),C=FR",
        "",
        "n'importe quoi",
    ],
)
def test_names_that_differ_by_one_attribute_are_not_the_same(other: str) -> None:
    assert not same_name(SAME, other)


def test_two_unreadable_names_are_never_the_same() -> None:
    assert not same_name("", "")


def test_given_name_has_two_spellings() -> None:
    assert same_name("GN=MAX,SN=LIBRE,C=FR", "C=FR,G=MAX,SN=LIBRE")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_comparison_of_names(dn_a: str, dn_b: str) -> None:
    assert same_name(dn_a, dn_b) in (True, False)


def test_what_describe_writes_names_the_same_subject_when_read_back() -> None:
    for credentials in (PKI.auth, PKI.sign, PKI.server, PKI.cps):
        assert same_name(describe(credentials.certificate).subject_dn, credentials.certificate.subject.rfc4514_string())


def _calls_made_by(action: object) -> int:
    """Function calls, C functions included: a count, where a duration would depend on the machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        action()  # type: ignore[operator]
    finally:
        sys.setprofile(None)
    return calls
