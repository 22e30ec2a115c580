"""The synthetic hospital in the application's database: complete, told at an instant, written once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from support.hospital import make_legal_entity
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_seeding.establishment import Endpoint
from tramontane.demo.hospital_seeding.homologation import ANSWERS
from tramontane.demo.hospital_seeding.personas import PASSPHRASE, personas, totp_secret
from tramontane.demo.hospital_seeding.record_system import write_key
from tramontane.demo.hospital_seeding.seed import seed_hospital
from tramontane.demo.pki import DEMO_PASSWORD
from tramontane.demo.workspace import write_pki
from tramontane.dmp.errors import LocalError
from tramontane.hospital.accounts.models import Account, LegalEntity, Role, Service, ServiceAssignment
from tramontane.hospital.accounts.selectors import notice_state
from tramontane.hospital.accounts.services import codes, factors
from tramontane.hospital.consultations import connection
from tramontane.hospital.consultations.models import DmpConnection, SiteContract
from tramontane.hospital.documents.models import Dispatch, RecordDocument
from tramontane.hospital.habilitations.selectors import rights_of
from tramontane.hospital.homologation.collectors import COLLECTORS
from tramontane.hospital.homologation.models import Dossier, EvidenceRevision
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.interfaces.link import fingerprint
from tramontane.hospital.interfaces.selectors import key_in_force
from tramontane.hospital.objectives.selectors.statements import figures_of, in_force
from tramontane.hospital.objectives.services.verifying import verify
from tramontane.hospital.patients.consent import consent_state, explicit_consent
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.patients.selectors import arrivals, current_episode, is_care_team, patients_for
from tramontane.rules.access import CertificateState, PatientChoice
from tramontane.rules.access.facts import NoticeState
from tramontane.rules.homologation import DossierState, ExigenceState, readiness, review

AT = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
HOSPITAL = SyntheticHospital(2026, AT.date())
ENDPOINT = Endpoint("https://127.0.0.1:9443/si-dmp-server/v2/services/", Path("pki"))
Status = Patient.IdentityStatus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seeded(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    assert seed_hospital(HOSPITAL, ENDPOINT, at=AT)


def account(login: str) -> Account:
    return Account.objects.get(login=login)


def patient(key: str) -> Patient:
    return Patient.objects.get(ipp=HOSPITAL.patient(key).ipp)


def test_the_establishment_is_there_with_its_contracts() -> None:
    entity = LegalEntity.objects.get()
    assert entity.finess_juridique == HOSPITAL.legal_entity.finess.value
    assert set(entity.geographic_entities.values_list("finess_geographique", flat=True)) == {
        site.finess.value for site in HOSPITAL.legal_entity.sites
    }
    assert Service.objects.count() == sum(len(site.services) for site in HOSPITAL.legal_entity.sites)
    signed = SiteContract.objects.filter(signed_at__isnull=False).values_list("geographic_entity__name", flat=True)
    assert set(signed) == {site.name for site in HOSPITAL.legal_entity.sites if site.contracted}


def test_every_professional_has_an_account_with_their_rpps_in_their_service() -> None:
    for one in HOSPITAL.professionals:
        found = account(one.key)
        assert (found.rpps, found.profession, found.roles) == (str(one.rpps), one.profession, ["clinician"])
        assert ServiceAssignment.objects.get(account=found).service.code == one.service


def test_every_desk_of_the_application_has_somebody() -> None:
    held = {role for found in Account.objects.all() for role in found.roles}
    assert held == set(Role.values)


def test_a_persona_logs_in_with_the_passphrase_and_the_code_the_demo_prints() -> None:
    found = account("rousseau")
    assert found.check_password(PASSPHRASE)
    assert codes.check_totp(found, pyotp.TOTP(totp_secret(2026, "rousseau")).at(AT), AT)
    assert not codes.check_totp(found, pyotp.TOTP(totp_secret(2027, "rousseau")).at(AT), AT)


def test_whoever_has_no_second_factor_in_the_story_has_none_here() -> None:
    without = {found.login for found in Account.objects.all() if not factors.count(found)}
    assert without == {one.key for one in HOSPITAL.professionals if not one.second_factor}
    assert "garnier" in without


def test_the_notice_is_read_or_not_as_the_story_says() -> None:
    for one in HOSPITAL.professionals:
        expected = NoticeState.READ if one.notice_read else NoticeState.NOT_READ
        assert notice_state(account(one.key), AT) is expected


def test_an_identity_has_an_ins_only_when_its_status_says_insi_answered() -> None:
    assert Patient.objects.count() == len(HOSPITAL.patients)
    for found in Patient.objects.all():
        assert bool(found.ins) == (found.identity_status in (Status.QUALIFIEE, Status.RECUPEREE))
        assert bool(found.qualified_at) == (found.identity_status == Status.QUALIFIEE)
    assert patient("bruno-colas").identity_status == Status.PROVISOIRE
    assert patient("jeanne-martin").ins == HOSPITAL.patient("jeanne-martin").ins.value


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        ("jeanne-martin", PatientChoice.NOT_OPPOSED),
        ("isabelle-roche", PatientChoice.NOT_COLLECTED),
        ("rene-picard", PatientChoice.OPPOSED),
    ],
)
def test_consent_is_the_one_of_the_story(key: str, choice: PatientChoice) -> None:
    found = patient(key)
    assert consent_state(found, found.episodes.get()).choice is choice


def test_nothing_was_declared_after_the_instant_of_the_story() -> None:
    assert ConsentRecord.objects.exists()
    assert not ConsentRecord.objects.filter(recorded_at__gt=AT).exists()
    assert not ConsentRecord.objects.filter(episode__starts_at__gt=AT).exists()


def test_arrivals_of_the_day_are_partly_here_and_partly_to_come() -> None:
    midnight = datetime(2026, 11, 19, 23, tzinfo=UTC)
    today = arrivals(LegalEntity.objects.get(), midnight, midnight + timedelta(days=1))
    expected = sum(one.local.admitted_on == AT.date() for one in HOSPITAL.patients)
    assert today.count() == expected > 3
    assert today.filter(starts_at__lte=AT).exists()
    assert today.filter(starts_at__gt=AT).exists()


def test_the_cardiologist_sees_her_patients_and_the_pharmacist_those_whose_team_names_her() -> None:
    hers, named = account("rousseau"), account("marchand")
    assert patient("jeanne-martin") in patients_for(hers, AT)
    assert patient("lea-moreau") not in patients_for(hers, AT)
    episode = current_episode(patient("jeanne-martin"), named, AT)
    assert is_care_team(named, episode, AT)
    assert not is_care_team(account("joly"), episode, AT)


def test_the_geriatrician_has_the_explicit_consent_of_one_patient() -> None:
    since = AT - timedelta(hours=12)
    assert explicit_consent(patient("jeanne-martin"), account("caron").pk, since) is not None
    assert explicit_consent(patient("rene-picard"), account("caron").pk, since) is None


def test_the_matrix_lets_professions_consult_and_physicians_alone_break_the_glass() -> None:
    cardiology, emergencies = (Service.objects.get(code=code) for code in ("cardiologie", "urgences"))
    physician, nurse = rights_of(account("rousseau"), cardiology), rights_of(account("benali"), cardiology)
    assert (physician.consult, physician.bris_de_glace, physician.regulate) == (True, True, False)
    assert (nurse.consult, nurse.bris_de_glace) == (True, False)
    assert rights_of(account("garnier"), emergencies).regulate
    assert not rights_of(account("lefevre"), cardiology).consult


def test_every_minor_has_somebody_who_answers_for_them() -> None:
    minors = [one for one in HOSPITAL.patients if one.age_on(AT.date()) < 18]
    assert minors
    assert all(patient(one.key).representatives.exists() for one in minors)
    assert not patient("jeanne-martin").representatives.exists()


def test_hospital_documents_are_intact_and_some_are_not_sent_yet() -> None:
    waiting = RecordDocument.objects.filter(dispatches=None)
    assert set(waiting.values_list("patient__ipp", flat=True)) >= {HOSPITAL.patient("jeanne-martin").ipp}
    national = {one.unique_id for one in HOSPITAL.documents}
    for one in RecordDocument.objects.all():
        data = one.content.read()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.size, one.sha256)
        assert data.startswith(b"%PDF-")
        assert one.folder
        assert (one.unique_id in national) == one.dispatches.filter(state=Dispatch.State.SENT).exists()


def test_the_registers_are_half_way_with_collected_evidence_and_a_contract_to_prepare() -> None:
    entity = LegalEntity.objects.get()
    outcomes = dict(entity.collections.values_list("collector", "outcome"))
    assert set(outcomes) == {one.code for one in COLLECTORS}
    assert outcomes["deploiement_dpi"] == "passed"
    assert EvidenceRevision.objects.filter(evidence__collector="deploiement_dpi", outcome="passed").count() == 1
    contract = entity.air_contracts.get()
    assert contract.signed_on is None
    assert 0 < contract.sites.count() < entity.geographic_entities.count()
    assert entity.reminders.exists()


def test_the_connection_uses_the_certificates_of_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pki(tmp_path / "pki", AT)
    seed_hospital(HOSPITAL, replace(ENDPOINT, pki=tmp_path / "pki"), at=AT)
    monkeypatch.setenv(DmpConnection.objects.get().secret_name, DEMO_PASSWORD)
    report = connection.report(DmpConnection.objects.get(), AT)
    assert report.fault == ""
    assert report.state in (CertificateState.VALID, CertificateState.EXPIRING)


def test_a_second_time_only_the_address_of_the_stand_in_changes() -> None:
    def everything() -> tuple[int, ...]:
        models = (Account, Patient, ConsentRecord, RecordDocument, Dispatch, ServiceAssignment, SiteContract)
        return tuple(model.objects.count() for model in models)

    before = everything()
    assert not seed_hospital(HOSPITAL, replace(ENDPOINT, base_url="https://127.0.0.1:9444/"), at=AT)
    assert everything() == before
    assert DmpConnection.objects.get().base_url == "https://127.0.0.1:9444/"


def test_production_is_refused_and_left_as_it_was(settings: Any) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, production=True)
    with pytest.raises(LocalError, match="ne se mélange pas") as refused:
        seed_hospital(HOSPITAL, replace(ENDPOINT, base_url="https://ailleurs.example/"), at=AT)
    assert refused.value.received == "une installation de production"
    assert DmpConnection.objects.get().base_url == ENDPOINT.base_url


def test_a_database_with_another_establishment_is_refused() -> None:
    make_legal_entity()
    with pytest.raises(LocalError) as refused:
        seed_hospital(HOSPITAL, ENDPOINT, at=AT)
    assert "autre établissement" in refused.value.received


def test_the_people_the_demo_prints_first_are_those_it_explains() -> None:
    people = personas(HOSPITAL)
    assert len({one.login for one in people}) == len(people) == 47
    shown = [one.login for one in people if one.shows]
    assert shown == [one.login for one in people][: len(shown)]
    assert len({one.secret for one in people if one.secret}) == sum(bool(one.secret) for one in people)


def test_the_homologation_is_half_way_with_its_proofs_and_its_reserve() -> None:
    dossier = Dossier.objects.get()
    known = facts(dossier, AT.date())
    assert (dossier.state, known.assessed) == (DossierState.ASSESSING, len(ANSWERS))
    states = {name: known.states[name] for name in ANSWERS}
    assert states["exi-04"] is states["exi-23"] is ExigenceState.MET_ON_PERIMETER
    assert (states["exi-20"], states["exi-28"]) == (ExigenceState.RESERVED, ExigenceState.UNMET)
    assert {remark.rule for remark in review(known)} >= {"non-conforme-sans-reserve", "preuve-ancienne"}
    assert readiness(known).sentence == "Prêt à contractualiser\u00a0: 2 étapes sur 6"


def test_the_record_system_of_the_guide_is_registered_with_the_key_it_is_given(tmp_path: Path) -> None:
    write_key(HOSPITAL.seed, tmp_path)
    key = load_pem_private_key((tmp_path / "dpi.key.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    found = key_in_force(fingerprint(key.public_key()))
    assert found is not None
    _public, system = found
    assert system.identifier == "dpi-exemple"
    assert (tmp_path / "dpi.key.pem").stat().st_mode & 0o077 == 0


def test_half_a_year_of_objectives_is_closed_and_proves_itself() -> None:
    statements = in_force(LegalEntity.objects.get())
    assert [one.month.isoformat()[:7] for one in statements] == [f"2026-{month:02d}" for month in range(5, 11)]
    for one in statements:
        proof = verify(one)
        assert (proof.broken, proof.moved) == ([], [])
    shares = [{f"{f.objective}/{f.year}": f.share for f in figures_of(one)} for one in (statements[0], statements[-1])]
    assert all(shares[0][name] < shares[1][name] for name in ("2.1/2027", "2.2/2027"))
