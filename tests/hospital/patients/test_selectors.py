"""Who sees whom: services, reach, care team, exact identifiers; and never another legal entity."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.hospital import make_account, make_episode, make_legal_entity, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role, Service
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import selectors, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    return make_service()


@pytest.fixture
def entity(service):
    return service.geographic_entity.legal_entity


@pytest.fixture
def clinician(service):
    return make_account(services=(service,))


@pytest.fixture
def patient(entity, service):
    patient = make_patient(entity)
    make_episode(patient, service)
    return patient


def visible(account) -> list[int]:
    return list(selectors.patients_for(account, clock.now()).values_list("pk", flat=True))


def test_a_clinician_sees_the_patients_of_her_services(clinician, patient):
    assert visible(clinician) == [patient.pk]


def test_a_clinician_of_another_service_does_not(entity, patient):
    assert visible(make_account(services=(make_service(entity),))) == []


def test_a_service_open_to_the_whole_hospital_is_seen_from_everywhere(entity, patient, service):
    Service.objects.filter(pk=service.pk).update(reach=Service.Reach.HOSPITAL)
    assert visible(make_account(services=(make_service(entity),))) == [patient.pk]


def test_a_hospital_wide_service_stays_inside_its_legal_entity(patient, service):
    Service.objects.filter(pk=service.pk).update(reach=Service.Reach.HOSPITAL)
    assert visible(make_account(services=(make_service(make_legal_entity()),))) == []


def test_being_named_in_the_care_team_opens_the_record(entity, patient):
    consultant = make_account(services=(make_service(entity),))
    services.join_care_team(patient.episodes.get(), consultant, actor=actor(consultant, None))
    assert visible(consultant) == [patient.pk]


def test_a_discharged_patient_stays_thirty_days(clinician, patient):
    patient.episodes.update(ends_at=clock.now() - timedelta(days=29))
    assert visible(clinician) == [patient.pk]
    patient.episodes.update(ends_at=clock.now() - timedelta(days=31))
    assert visible(clinician) == []


def test_a_cancelled_admission_shows_nobody(clinician, patient):
    patient.episodes.update(cancelled_at=clock.now())
    assert visible(clinician) == []


def test_admissions_see_the_entity_and_nothing_else(entity, patient):
    make_patient(make_legal_entity())
    assert visible(make_account(entity, roles=(Role.ADMISSIONS,))) == [patient.pk]


def test_an_account_manager_sees_no_patient(entity, patient):
    assert visible(make_account(entity, roles=(Role.ACCOUNT_MANAGER,))) == []


def test_exact_ipp_and_name_reach_a_patient_outside_the_team_for_the_day_only(entity, patient):
    outsider = make_account(services=(make_service(entity),))
    assert selectors.find_outside(outsider, ipp=patient.ipp, birth_name="AUTRE") is None
    found = selectors.find_outside(outsider, ipp=patient.ipp, birth_name=patient.birth_name.lower())
    assert found == patient
    access = services.note_outside_access(patient, account=outsider, actor=actor(outsider, None))
    assert visible(outsider) == [patient.pk]
    access.opened_at -= selectors.OUTSIDE_FOR
    access.save()
    assert visible(outsider) == []


def test_search_finds_by_the_start_of_each_word_by_ipp_and_by_ins(clinician, patient):
    patients = selectors.patients_for(clinician, clock.now())
    for text in (
        patient.birth_name[:4],
        f"{patient.birth_name} jea",
        patient.ipp,
        patient.ins,
        f"{patient.ins[:1]} {patient.ins[1:]}",
    ):
        assert list(selectors.search(patients, text)) == [patient], text
    assert list(selectors.search(patients, "zzz")) == []


def test_a_name_is_found_without_its_accents_its_capitals_or_its_hyphens(entity):
    """A name that is not found is created a second time: the duplicate that identitovigilance fears most."""
    names = {"birth_name": "LE GALL-DÜRER", "first_given_name": "JEAN-NOËL", "used_name": "D’ARÇON"}
    patient = make_patient(entity, **names, used_given_name="LÉA")
    make_patient(entity, birth_name="GALLET", first_given_name="NOAH", used_name="", used_given_name="")
    for text in ("lea", "léa", "Le Gall", "le gall durer jean noel", "DÜRER", "jean-noël", "d'arcon", "arcon lea"):
        assert list(selectors.search(selectors.patients_of(entity), text)) == [patient], text
    for text in ("eall", "urer", "gall noel a b", "l.a", "(", "[", "\\"):
        assert list(selectors.search(selectors.patients_of(entity), text)) == [], text
    assert selectors.search(selectors.patients_of(entity), "é" * 5000).count() == 0


def test_exact_identifiers_admit_another_spelling_of_the_name_and_no_part_of_it(clinician, entity):
    patient = make_patient(entity, birth_name="LE GALL-DÜRER")
    for typed in ("le gall dürer", " LE GALL-DURER "):
        assert selectors.find_outside(clinician, ipp=patient.ipp, birth_name=typed) == patient, typed
    for typed in ("le gall", "dürer", ".*", ""):
        assert selectors.find_outside(clinician, ipp=patient.ipp, birth_name=typed) is None, typed
