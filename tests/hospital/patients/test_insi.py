"""« Interroger INSi »: what raises an identity's status, what does not, and what is said and traced each time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import connection as database
from django.test import Client

from support.hospital import login, make_account, make_legal_entity, make_patient
from support.insi import connect_insi, play_stand_in
from tramontane.client import Phase, TransportError
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import insi, services
from tramontane.hospital.patients.insi import Interrogation, Kind
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.traces.models import Trace
from tramontane.national.models import PatientRecord

pytestmark = pytest.mark.django_db(transaction=True)
TEST_NIR = "1.2.250.1.213.1.4.10"
INS, OTHER_INS = "279035121518989", "207058575627097"
Status = Patient.IdentityStatus


@pytest.fixture
def entity():
    return make_legal_entity()


@pytest.fixture
def who(entity):
    return make_account(entity, roles=(Role.ADMISSIONS,))


@pytest.fixture
def patient(entity):
    return make_patient(
        entity, qualified=False, birth_name="D’Héron", birth_given_names="Zoé Marie", first_given_name="Zoé",
        birth_date=date(1979, 3, 28), birth_place_code="63220", identity_status=Status.VALIDEE,
    )  # fmt: skip


def national(ins: str = INS, **fields) -> PatientRecord:
    values = {
        "ins_oid": TEST_NIR, "birth_name": "D'HERON", "given_names": "ZOE MARIE", "sex": "F",
        "birth_date": date(1979, 3, 28),
    } | fields  # fmt: skip
    return PatientRecord.objects.create(ins=ins, **values)


def ask(patient, who, **connection) -> Interrogation:
    link = connect_insi(patient.legal_entity, **connection)
    told = insi.interrogate(patient, link, actor=actor(who, None))
    patient.refresh_from_db()
    return told


def test_a_validated_identity_with_the_same_traits_becomes_qualified(monkeypatch, patient, who):
    national()
    play_stand_in(monkeypatch)
    assert ask(patient, who).kind is Kind.QUALIFIED
    assert (patient.ins, patient.ins_oid, patient.identity_status) == (INS, TEST_NIR, Status.QUALIFIEE)
    assert patient.qualified_at is not None


def test_a_provisional_identity_with_the_same_traits_is_only_recovered(monkeypatch, patient, who):
    Patient.objects.update(identity_status=Status.PROVISOIRE)
    patient.refresh_from_db()
    national()
    play_stand_in(monkeypatch)
    told = ask(patient, who)
    assert told.kind is Kind.RECOVERED
    assert "titre" in told.next_step
    assert (patient.ins, patient.identity_status, patient.qualified_at) == (INS, Status.RECUPEREE, None)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [({"given_names": "ZOE LOUISE"}, "les prénoms de naissance"), ({"given_names": "ZOE"}, "les prénoms de naissance")],
)
def test_another_persons_traits_attach_nothing_and_are_not_shown(monkeypatch, patient, who, theirs, said):
    national(**theirs)
    play_stand_in(monkeypatch)
    told = ask(patient, who)
    assert told.kind is Kind.DIFFERENT
    assert said in told.sentence
    assert "LOUISE" not in told.sentence + told.next_step
    assert (patient.ins, patient.identity_status) == ("", Status.VALIDEE)


def test_nobody_and_several_people_are_said_with_what_to_do(monkeypatch, patient, who):
    play_stand_in(monkeypatch)
    link = connect_insi(patient.legal_entity)
    by = actor(who, None)
    nobody = insi.interrogate(patient, link, actor=by)
    national()
    national(OTHER_INS)
    several = insi.interrogate(patient, link, actor=by)
    patient.refresh_from_db()
    assert (nobody.kind, several.kind, patient.ins) == (Kind.NONE, Kind.SEVERAL, "")
    assert nobody.next_step
    assert several.next_step


def test_an_ins_that_another_file_bears_is_left_to_identitovigilance(monkeypatch, patient, who):
    national()
    make_patient(patient.legal_entity, ins=INS, ins_oid=TEST_NIR)
    play_stand_in(monkeypatch)
    told = ask(patient, who)
    assert told.kind is Kind.DUPLICATE
    assert "doublon" in told.sentence
    assert patient.ins == ""


def test_an_ins_of_another_environment_is_not_attached(monkeypatch, patient, who):
    national(ins_oid="1.2.250.1.213.1.4.8")
    play_stand_in(monkeypatch)
    assert ask(patient, who).kind is Kind.DUPLICATE
    assert patient.ins == ""


def test_traits_changed_while_insi_was_answering_attach_nothing(monkeypatch, patient, who):
    national()
    play_stand_in(monkeypatch, lambda: services.update_traits(patient, {"birth_name": "AUTRE"}, actor=actor(who, None)))
    fresh = Patient.objects.get(pk=patient.pk)
    assert ask(fresh, who).kind is Kind.DIFFERENT
    assert fresh.ins == ""


def test_the_refusal_of_the_teleservice_is_told_with_its_code(monkeypatch, patient, who):
    from support.consultation import write_credentials
    from support.pki import pki

    play_stand_in(monkeypatch)
    told = ask(patient, who, authentication=write_credentials("insi-wrong", pki().auth))
    assert (told.kind, told.code) == (Kind.FAILED, "desir_560")
    assert "INSI-AUTO" in told.next_step


def test_a_name_that_cannot_be_sent_is_refused_before_anything_leaves(monkeypatch, patient, who):
    seen = play_stand_in(monkeypatch)
    Patient.objects.update(birth_name="HERON 2")
    patient.refresh_from_db()
    assert ask(patient, who).code == "insi-nom"
    assert (seen, Trace.objects.count()) == ([], 0)


def test_a_missing_certificate_file_is_said_without_its_path(patient, who):
    told = ask(patient, who, authentication="file:/nowhere/secret.pem")
    assert told.kind is Kind.FAILED
    assert "nowhere" not in told.sentence + told.next_step


def test_the_intention_is_committed_before_the_question_leaves_and_shares_its_number(monkeypatch, patient, who):
    states: list[tuple[bool, list[str]]] = []

    def look() -> None:
        states.append((database.in_atomic_block, list(Trace.objects.values_list("event", flat=True))))

    national()
    seen = play_stand_in(monkeypatch, look)
    ask(patient, who)
    assert states == [(False, ["insi.demande"])]
    traces = {trace.event: trace for trace in Trace.objects.all()}
    assert set(traces) == {"insi.demande", "insi.reponse", "patient.qualifie"}
    assert {traces[name].correlation for name in ("insi.demande", "insi.reponse")} == {UUID(seen[0])}
    assert traces["insi.reponse"].outcome == "qualifiée"


def test_a_network_failure_leaves_an_intention_and_its_failed_answer(monkeypatch, patient, who):
    def fail(*args, **kwargs):
        raise TransportError("coupé", phase=Phase.WAITING, code="transport-waiting")

    monkeypatch.setattr(insi, "search", fail)
    told = ask(patient, who)
    assert told.kind is Kind.FAILED
    assert "DMP" not in told.sentence
    assert [trace.outcome for trace in Trace.objects.order_by("pk")] == ["", "échec"]


def test_no_trait_is_written_in_the_traces(monkeypatch, patient, who):
    national(given_names="ZOE LOUISE")
    play_stand_in(monkeypatch)
    ask(patient, who)
    kept = str([vars(trace) for trace in Trace.objects.all()]).upper()
    assert not any(word in kept for word in ("HERON", "HÉRON", "LOUISE", "1979-03", INS))


def test_the_button_is_there_only_when_insi_is_configured(monkeypatch, patient, who):
    client = Client()
    login(client, who)
    address = f"/patients/{patient.pk}/identite/"
    assert "Interroger INSi" not in client.get(address).content.decode()
    assert client.post(f"{address}insi/").status_code == 404
    connect_insi(patient.legal_entity)
    assert "Interroger INSi" in client.get(address).content.decode()


def test_the_button_asks_and_the_page_says_what_came_of_it(monkeypatch, patient, who):
    national()
    play_stand_in(monkeypatch)
    connect_insi(patient.legal_entity)
    client = Client()
    login(client, who)
    page = client.post(f"/patients/{patient.pk}/identite/insi/", follow=True).content.decode()
    assert "l’INS est qualifiée" in page


def test_only_admissions_may_ask_and_only_for_their_own_patients(patient, entity):
    connect_insi(entity)
    clinician, stranger = Client(), Client()
    login(clinician, make_account(entity, roles=(Role.CLINICIAN,)))
    login(stranger, make_account(roles=(Role.ADMISSIONS,)))
    address = f"/patients/{patient.pk}/identite/insi/"
    assert clinician.post(address).status_code == 403
    assert stranger.post(address).status_code == 404
    assert Trace.objects.count() == 0
