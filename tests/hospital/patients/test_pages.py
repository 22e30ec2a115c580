"""The admissions desk and the clinician's list, as pages: what they say first, what they allow, what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from support.hospital import login, make_account, make_episode, make_legal_entity, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.patients.models import ConsentRecord, Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def entity(service):
    return service.geographic_entity.legal_entity


@pytest.fixture
def desk(entity) -> Client:
    client = Client()
    login(client, make_account(entity, roles=(Role.ADMISSIONS,)))
    return client


@pytest.fixture
def clinician(service) -> Client:
    client = Client()
    login(client, make_account(services=(service,)))
    return client


def admitted(entity, service, **fields) -> Patient:
    patient = make_patient(entity, **fields)
    make_episode(patient, service)
    return patient


def text(response) -> str:
    return response.content.decode()


def test_the_desk_says_how_many_files_are_incomplete_and_puts_them_first(desk, entity, service):
    complete = admitted(entity, service)
    ConsentRecord.objects.create(
        patient=complete, episode=complete.episodes.get(), subject="consultation", choice="consent",
        recorded_at=complete.episodes.get().starts_at,
    )  # fmt: skip
    missing = admitted(entity, service, qualified=False)
    page = text(desk.get("/admissions/"))
    assert "2\u00a0arrivées" in page
    assert "1\u00a0dossier incomplet" in page
    assert page.index(missing.birth_name) < page.index(complete.birth_name)


def test_consent_takes_two_clicks_from_the_desk_and_comes_back_to_it(desk, entity, service):
    patient = admitted(entity, service)
    answer = desk.post(
        f"/patients/{patient.pk}/consentement/?suite=/admissions/", {"subject": "consultation", "choice": "consent"}
    )
    assert (answer.status_code, answer.url) == (302, "/admissions/")
    assert patient.consents.get().choice == "consent"


def test_the_way_back_never_leaves_the_application(desk, entity, service):
    patient = admitted(entity, service)
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = desk.post(
            f"/patients/{patient.pk}/consentement/?suite={elsewhere}", {"subject": "information", "choice": "informed"}
        )
        assert answer.url == f"/patients/{patient.pk}/consentement/"


def test_a_senseless_declaration_comes_back_with_its_reason_and_writes_nothing(desk, entity, service):
    patient = admitted(entity, service)
    answer = desk.post(f"/patients/{patient.pk}/consentement/", {"subject": "feeding", "choice": "opposition"})
    assert answer.status_code == 422
    assert "motif légitime" in text(answer)
    assert not patient.consents.exists()


def test_creating_an_identity_keeps_what_was_typed_when_it_is_refused(desk, entity):
    taken = make_patient(entity)
    typed = {
        "ipp": taken.ipp, "birth_name": "Durand", "birth_given_names": "Paul Henri", "first_given_name": "Paul",
        "sex": "M", "birth_date": "1990-02-03",
    }  # fmt: skip
    answer = desk.post("/admissions/nouveau/", typed)
    assert answer.status_code == 422
    assert "désigne déjà un autre patient" in text(answer)
    assert 'value="DURAND"' in text(answer) or 'value="Durand"' in text(answer)
    answer = desk.post("/admissions/nouveau/", typed | {"ipp": "NOUVEAU"})
    assert answer.status_code == 302
    assert Patient.objects.get(ipp="NOUVEAU").identity_status == "PROV"


def test_the_first_given_name_starts_the_list_of_given_names(desk):
    answer = desk.post(
        "/admissions/nouveau/",
        {
            "ipp": "1",
            "birth_name": "D",
            "birth_given_names": "PAUL HENRI",
            "first_given_name": "HENRI",
            "sex": "M",
            "birth_date": "1990-02-03",
        },
    )
    assert "le début de « PAUL HENRI »" in text(answer)


def test_a_clinician_finds_her_patients_and_only_them(clinician, entity, service):
    mine, other = admitted(entity, service), admitted(entity, make_service(entity))
    page = text(clinician.get("/patients/?services=tous"))
    assert mine.birth_name in page
    assert other.birth_name not in page


def test_an_empty_service_says_why_and_what_to_expect(clinician):
    assert "Aucun patient pour l’instant" in text(clinician.get("/patients/"))


def test_the_list_page_costs_the_same_for_three_or_twenty_patients(
    clinician, entity, service, django_assert_max_num_queries
):
    for _ in range(20):
        admitted(entity, service)
    with django_assert_max_num_queries(13):
        clinician.get("/patients/")


def test_the_desk_costs_the_same_for_any_number_of_arrivals(desk, entity, service, django_assert_max_num_queries):
    for _ in range(20):
        admitted(entity, service)
    with django_assert_max_num_queries(9):
        desk.get("/admissions/")


def test_the_button_of_a_line_records_the_choice_for_the_episode_of_that_line(desk, entity, service):
    patient = admitted(entity, service)
    tomorrow = make_episode(patient, service, starts_at=patient.episodes.get().starts_at + timedelta(days=2))
    said = {"subject": "consultation", "choice": "consent"}
    desk.post(f"/patients/{patient.pk}/consentement/", {**said, "episode": str(tomorrow.pk)})
    assert patient.consents.get().episode == tomorrow
    theirs = make_episode(make_patient(make_legal_entity()))
    desk.post(f"/patients/{patient.pk}/consentement/", {**said, "episode": str(theirs.pk)})
    assert patient.consents.latest("pk").episode == patient.episodes.exclude(pk=tomorrow.pk).get()


def test_the_list_says_since_when_each_patient_is_here(clinician, entity, service):
    patient = admitted(entity, service)
    page = text(clinician.get("/patients/"))
    assert f"depuis le {timezone.localtime(patient.episodes.get().starts_at):%d/%m/%Y}" in page
    assert "non interrogé" in page


@pytest.mark.parametrize("path", ["identite/", "consentement/", "consentement/imprimer/"])
def test_a_patient_of_another_entity_does_not_exist_here(desk, path):
    stranger = make_patient(make_legal_entity())
    assert desk.get(f"/patients/{stranger.pk}/{path}").status_code == 404


def test_a_century_mistyped_in_a_birth_date_is_refused_and_a_newborn_of_today_is_not(desk):
    typed = {"ipp": "N1", "birth_name": "Durand", "birth_given_names": "Zoé", "first_given_name": "Zoé", "sex": "F"}
    today = timezone.localdate(clock.now())
    for wrong in (today + timedelta(days=1), today.replace(day=1, year=today.year - 200)):
        answer = desk.post("/admissions/nouveau/", typed | {"birth_date": wrong.isoformat()})
        assert answer.status_code == 422
        assert "Vérifiez l’année" in text(answer)
    assert desk.post("/admissions/nouveau/", typed | {"birth_date": today.isoformat()}).status_code == 302
    assert Patient.objects.get().birth_date == today


@pytest.mark.parametrize("path", ["/admissions/", "/admissions/nouveau/", "/admissions/patients/"])
def test_the_admissions_desk_is_closed_to_clinicians(clinician, path):
    assert clinician.get(path).status_code == 403


def test_reaching_a_patient_outside_the_team_asks_for_both_identifiers(clinician, entity):
    outsider = make_patient(entity)
    wrong = clinician.post("/patients/hors-equipe/", {"ipp": outsider.ipp, "birth_name": "AUTRE"})
    assert wrong.status_code == 422
    answer = clinician.post("/patients/hors-equipe/", {"ipp": outsider.ipp, "birth_name": outsider.birth_name})
    assert answer.status_code == 302
    page = text(clinician.get(answer.url))
    assert "consentement explicite" in page
    clinician.post(answer.url, {"subject": "consultation", "choice": "consent"})
    assert outsider.consents.get().for_account is not None


def test_the_feed_shows_what_failed_and_replays_it(desk, entity):
    from support.hl7 import message
    from tramontane.hospital.patients.hl7 import feed
    from tramontane.hospital.patients.models import Hl7Message

    feed.receive(entity, message(service="UF77", ins="").encode())
    page = text(desk.get("/admissions/flux/"))
    assert "1\u00a0message est en erreur" in page
    assert "UF77" in page
    row = Hl7Message.objects.get()
    assert "Toujours en erreur" in text(desk.post(f"/admissions/flux/{row.pk}/rejouer/", follow=True))
    make_service(entity, code="UF77")
    assert "Message appliqué" in text(desk.post(f"/admissions/flux/{row.pk}/rejouer/", follow=True))


def test_the_feed_of_another_entity_does_not_exist_here(desk):
    from support.hl7 import message
    from tramontane.hospital.patients.hl7 import feed
    from tramontane.hospital.patients.models import Hl7Message

    feed.receive(make_legal_entity(), message(ins="").encode())
    row = Hl7Message.objects.get()
    assert desk.get(f"/admissions/flux/{row.pk}/").status_code == 404
    assert desk.post(f"/admissions/flux/{row.pk}/rejouer/").status_code == 404


def test_the_list_is_sorted_by_the_name_it_shows(clinician, entity, service):
    admitted(entity, service, birth_name="ALBERT", used_name="ZOLA")
    admitted(entity, service, birth_name="MOREAU")
    page = text(clinician.get("/patients/"))
    assert page.index("MOREAU") < page.index("ZOLA")
