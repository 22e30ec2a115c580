"""A hospital has two certificates: each at its place, both its own, neither expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.pki import AUTH, FINESS_JURIDIQUE, OTHER_FINESS_JURIDIQUE, SIGN, pki
from tramontane.client import HospitalIdentity, PrivateKeySigner, TlsCredentials
from tramontane.demo.pki import Credentials, Profile, Subject
from tramontane.dmp.errors import CertificateMisuse
from tramontane.dmp.identity import FinessJuridique, StructIdNat
from tramontane.dmp.signature import CertificateUsage

PKI = pki()
EJ = FinessJuridique(FINESS_JURIDIQUE)
OTHER_EJ = FinessJuridique(OTHER_FINESS_JURIDIQUE)
SIRET = StructIdNat("339172288100052")


def identity(
    auth: Credentials = PKI.auth,
    sign: Credentials = PKI.sign,
    *,
    finess: FinessJuridique = EJ,
    names: tuple[StructIdNat, ...] = (),
) -> HospitalIdentity:
    return HospitalIdentity(
        finess,
        TlsCredentials(auth.certificate, auth.key),
        PrivateKeySigner(sign.certificate, sign.key),
        other_names=names,
    )


def refusal(*arguments: Credentials, **options: object) -> CertificateMisuse:
    with pytest.raises(CertificateMisuse) as caught:
        identity(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.next_step
    return caught.value


def test_two_good_certificates_make_an_identity_without_warning() -> None:
    assert identity().check(at=PKI.now) == ()


def test_a_mix_up_is_refused_with_a_sentence() -> None:
    error = refusal(PKI.sign, PKI.auth)
    assert error.code == "certificats-intervertis"
    assert error.next_step == "échangez les deux certificats dans la configuration"
    assert error.message == (
        "Le certificat d'authentification (ORG_AUTH_CLI) est attendu ici, "
        "et le certificat de signature (« cachet » ORG_SIGN) est fourni."
    )


def test_the_authentication_certificate_alone_does_not_do_both() -> None:
    assert refusal(PKI.auth, PKI.auth).code == "certificats-intervertis"


def test_the_seal_alone_does_not_do_both() -> None:
    assert refusal(PKI.sign, PKI.sign).code == "certificats-intervertis"


def test_a_server_certificate_is_refused() -> None:
    error = refusal(PKI.server, PKI.sign)
    assert error.code == "certificat-usage"
    assert "et un certificat de serveur est fourni" in error.message
    assert error.next_step == "fournissez le certificat d'authentification (ORG_AUTH_CLI)"


def test_a_certificate_without_extended_usage_does_not_authenticate() -> None:
    assert refusal(PKI.auth_no_eku, PKI.sign).code == "certificats-intervertis"


def test_certificates_of_another_hospital_are_refused_with_both_numbers() -> None:
    error = refusal(PKI.auth_other_finess, PKI.sign_other_finess)
    assert error.code == "certificat-autre-structure"
    assert FINESS_JURIDIQUE in error.expected
    assert OTHER_FINESS_JURIDIQUE in error.received


def test_one_certificate_of_another_hospital_is_enough_to_refuse() -> None:
    assert refusal(PKI.auth, PKI.sign_other_finess).code == "certificat-autre-structure"
    assert refusal(PKI.auth_other_finess, PKI.sign).code == "certificat-autre-structure"


def test_a_person_s_certificate_is_not_a_seal() -> None:
    assert refusal(PKI.auth, PKI.cps).code == "certificat-autre-structure"


def test_a_siret_declared_by_the_hospital_is_accepted_when_both_carry_it() -> None:
    auth = PKI.demo.issue(Profile.AUTH_CLI, Subject("a", str(SIRET)), key=PKI.auth.key)
    sign = PKI.demo.issue(Profile.SIGN, Subject("s", str(SIRET)), key=PKI.sign.key)
    assert identity(auth, sign, names=(SIRET,)).check(at=PKI.now) == ()
    assert refusal(auth, sign).code == "certificat-autre-structure"
    assert refusal(auth, PKI.sign, names=(SIRET,)).code == "certificats-structures-differentes"


def test_a_certificate_that_names_no_structure_is_refused_in_words() -> None:
    nobody = PKI.demo.issue(Profile.AUTH_CLI, Subject("a", ""), key=PKI.auth.key)
    assert refusal(nobody).received == "aucun identifiant de structure dans OU"


@pytest.mark.parametrize(
    ("auth", "code", "next_step"),
    [
        (PKI.auth_expired, "certificat-expire", "renouvelez le certificat"),
        (PKI.auth_not_yet_valid, "certificat-pas-encore-valable", "vérifiez l'horloge"),
    ],
    ids=["expired", "early"],
)
def test_a_certificate_out_of_its_dates_is_refused_when_it_is_used(
    auth: Credentials, code: str, next_step: str
) -> None:
    with pytest.raises(CertificateMisuse) as caught:
        identity(auth).check(at=PKI.now)
    assert caught.value.code == code
    assert next_step in caught.value.next_step


def test_at_the_first_second_it_is_good_and_one_second_before_not_yet() -> None:
    first = PKI.auth.certificate.not_valid_before_utc
    sign = PKI.demo.issue(Profile.SIGN, SIGN, key=PKI.sign.key, not_before=first - timedelta(days=1))
    assert identity(sign=sign).check(at=first) == ()
    with pytest.raises(CertificateMisuse) as caught:
        identity(sign=sign).check(at=first - timedelta(seconds=1))
    assert caught.value.code == "certificat-pas-encore-valable"


def test_expiry_is_announced_from_the_warning_window_on() -> None:
    soon = PKI.demo.issue(Profile.SIGN, SIGN, key=PKI.sign.key, not_after=PKI.now + timedelta(days=61))
    hospital = identity(sign=soon)
    assert hospital.check(at=PKI.now) == ()
    (warning,) = hospital.check(at=PKI.now + timedelta(days=1))
    assert warning.usage is CertificateUsage.SIGNATURE
    assert warning.days_left == 60
    assert warning.message.startswith("Le certificat de signature (« cachet » ORG_SIGN) expire dans 60 jours")


def test_at_the_last_second_it_is_still_good_and_one_second_later_no_more() -> None:
    last = PKI.demo.issue(Profile.AUTH_CLI, AUTH, key=PKI.auth.key, not_after=PKI.now)
    hospital = identity(last)
    assert len(hospital.check(at=PKI.now)) == 1
    with pytest.raises(CertificateMisuse):
        hospital.check(at=PKI.now + timedelta(seconds=1))
