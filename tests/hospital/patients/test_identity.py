"""RNIV statuses: what qualifies an identity, and what takes the qualification back."""

from __future__ import annotations

import dataclasses
from datetime import date
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from support.hospital import make_account, make_ins, make_legal_entity, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import services
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
OID = "1.2.250.1.213.1.4.10"
Status = Patient.IdentityStatus


@pytest.fixture
def entity():
    return make_legal_entity()


@pytest.fixture
def clerk(entity):
    return actor(make_account(entity), None)


@pytest.fixture
def provisional(entity) -> Patient:
    return make_patient(entity, qualified=False)


def test_insi_alone_recovers_and_with_a_control_qualifies(provisional, clerk):
    assert (
        services.set_ins(provisional, make_ins(), OID, checked=False, actor=clerk).identity_status == Status.RECUPEREE
    )
    qualified = services.control_identity(provisional, actor=clerk)
    assert qualified.identity_status == Status.QUALIFIEE
    assert qualified.qualified_at is not None


def test_a_control_alone_validates(provisional, clerk):
    assert services.control_identity(provisional, actor=clerk).identity_status == Status.VALIDEE


def test_changing_a_strict_trait_takes_back_the_ins(entity, clerk):
    patient = make_patient(entity)
    services.update_traits(patient, {"birth_name": "DUPONT"}, actor=clerk)
    patient.refresh_from_db()
    assert (patient.identity_status, patient.ins, patient.qualified_at) == (Status.VALIDEE, "", None)
    assert Trace.objects.get(event="patient.modifie").detail == {"fields": ["birth_name"]}


def test_changing_a_strict_trait_of_a_recovered_identity_takes_back_the_ins_too(provisional, clerk):
    """Otherwise a control of the new traits would qualify the INS that INSi returned for the former ones."""
    services.set_ins(provisional, make_ins(), OID, checked=False, actor=clerk)
    services.update_traits(provisional, {"birth_name": "DUPONT"}, actor=clerk)
    services.control_identity(provisional, actor=clerk)
    provisional.refresh_from_db()
    assert (provisional.identity_status, provisional.ins, provisional.ins_checked_at) == (Status.VALIDEE, "", None)


def test_a_write_is_judged_on_the_patient_as_she_is_not_as_she_was_read(entity, provisional, clerk):
    read_before = Patient.objects.get(pk=provisional.pk)
    services.set_ins(provisional, make_ins(), OID, checked=True, actor=clerk)
    services.control_identity(read_before, actor=clerk)
    services.update_traits(read_before, {"used_name": "DUPONT"}, actor=clerk)
    kept = Patient.objects.get(pk=provisional.pk)
    assert (kept.identity_status, kept.ins, kept.used_name) == (Status.QUALIFIEE, provisional.ins, "DUPONT")


def test_an_identity_merged_meanwhile_is_not_merged_again(entity, provisional, clerk):
    first, second = make_patient(entity), make_patient(entity)
    read_before = Patient.objects.get(pk=provisional.pk)
    services.merge(provisional, first, actor=clerk)
    with pytest.raises(services.PatientError, match="déjà fusionnée"):
        services.merge(read_before, second, actor=clerk)


def test_changing_the_used_name_does_not(entity, clerk):
    patient = make_patient(entity)
    services.update_traits(patient, {"used_name": "DUPONT"}, actor=clerk)
    patient.refresh_from_db()
    assert patient.identity_status == Status.QUALIFIEE


def test_writing_the_same_traits_writes_nothing(entity, clerk):
    patient = make_patient(entity)
    services.update_traits(patient, {"birth_name": patient.birth_name}, actor=clerk)
    assert not Trace.objects.exists()


def test_an_ins_already_carried_by_another_record_is_refused(entity, provisional, clerk):
    other = make_patient(entity)
    with pytest.raises(services.PatientError, match="doublon"):
        services.set_ins(provisional, other.ins, OID, checked=True, actor=clerk)
    assert provisional.ins == "", "what the refused form shows again is what is kept"


def test_the_database_itself_holds_one_record_per_ins_in_an_entity(entity):
    borne = make_patient(entity)
    make_patient(make_legal_entity(), ins=borne.ins)
    make_patient(entity, ins=borne.ins, merged_into=borne)
    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction.atomic():
        make_patient(entity, ins=borne.ins)


def test_the_same_identity_venue_and_ins_sent_twice_are_written_once(entity, clerk):
    traits = {
        "ipp": "N1",
        "birth_name": "DURAND",
        "first_given_name": "ANNE",
        "sex": "F",
        "birth_date": date(1980, 2, 3),
    }
    first, second = (services.create_patient(entity, dict(traits), actor=clerk) for _ in range(2))
    assert first == second
    service, ins = make_service(entity), make_ins()
    for _ in range(2):
        services.admit(first, service, visit_number="1", kind="I", starts_at=clock.now(), actor=clerk)
        services.set_ins(first, ins, OID, checked=False, actor=clerk)
    assert list(Trace.objects.order_by("id").values_list("event", flat=True)) == [
        "patient.cree", "venue.modifiee", "patient.modifie",
    ]  # fmt: skip
    with pytest.raises(services.PatientError, match="venue"):
        services.admit(first, service, visit_number="1", kind="O", starts_at=clock.now(), actor=clerk)
    with pytest.raises(services.PatientError, match="un autre patient"):
        services.create_patient(entity, traits, actor=clerk)  # recovered since: these are not the words of its creation


def test_an_upgrade_over_duplicates_changes_nothing_and_names_the_records(entity):
    migration = import_module("tramontane.hospital.patients.migrations.0008_one_record_per_ins")
    migration.refuse_duplicates(apps, None)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX patient_ins_unique")  # undone with the test
    first = make_patient(entity)
    second = make_patient(entity, ins=first.ins)
    with pytest.raises(RuntimeError, match=f"/patients/{first.pk}/identite/ et /patients/{second.pk}/identite/"):
        migration.refuse_duplicates(apps, None)


def test_an_ins_of_a_training_base_is_refused_in_production(settings, provisional, clerk):
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, ins_oid="1.2.250.1.213.1.4.8")
    with pytest.raises(services.PatientError, match="environnement"):
        services.set_ins(provisional, make_ins(), OID, checked=True, actor=clerk)


def test_two_identities_declared_for_on_one_page_are_merged_all_the_same(entity, clerk):
    page, first, second = uuid4(), make_patient(entity), make_patient(entity)
    for one in (first, second):
        services.declare(one, services.Declaration("consultation", "consent", submission=page), actor=clerk)
    services.merge(first, second, actor=clerk)
    assert second.consents.count() == 2


def test_an_impossible_ins_is_refused_without_being_quoted(provisional, clerk):
    with pytest.raises(services.PatientError) as refusal:
        services.set_ins(provisional, "123", OID, checked=True, actor=clerk)
    assert refusal.value.field == "ins"


def test_an_ipp_names_one_person(entity, provisional, clerk):
    with pytest.raises(services.PatientError, match="IPP"):
        services.create_patient(entity, {"ipp": provisional.ipp, "birth_name": "AUTRE"}, actor=clerk)


def test_a_service_of_another_entity_admits_nobody_here(provisional, clerk):
    with pytest.raises(services.PatientError, match="autre établissement"):
        services.admit(provisional, make_service(), visit_number="1", kind="I", starts_at=clock.now(), actor=clerk)
