"""The status line, its buttons, the authorisation: what a clinician sees, in how many queries and calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_account, make_patient
from support.pki import OTHER_FINESS_JURIDIQUE
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.errors import RemoteRefusal
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.hospital.accounts.models import NoticeReading, Role
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.hospital.traces.models import Trace

HTMX = {"HX-Request": "true"}
TWO_DAYS = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def browser(ready: Ready, client: Client) -> Client:
    login(client, ready.account)
    return client


def path(ready: Ready, action: str = "etat") -> str:
    return f"/patients/{ready.patient.pk}/dmp/{action}/"


def fragment(browser: Client, ready: Ready, action: str = "etat") -> str:
    response = browser.post(path(ready, action), headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def test_the_skeleton_says_what_is_awaited_and_loads_by_itself(browser: Client, ready: Ready) -> None:
    html = browser.get(path(ready), headers=HTMX).content.decode()
    assert "Interrogation du DMP en cours" in html
    assert 'hx-trigger="load, submit"' in html
    assert ready.world.asked == []


def test_the_status_line_tells_the_state_the_news_and_their_kind(browser: Client, ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    html = fragment(browser, ready)
    for words in ("DMP ouvert", "Accès autorisé", "1\u00a0document nouveau", "antérieur"):
        assert words in html
    assert ready.world.transactions == ["TD0.2", "TD3.1"]


def test_the_list_is_told_when_the_dmp_was_really_asked(browser: Client, ready: Ready) -> None:
    assert browser.post(path(ready), headers=HTMX)["HX-Trigger"] == "dmp-ouvert"
    assert "HX-Trigger" not in browser.post(path(ready), headers=HTMX)


@pytest.mark.parametrize("authorisation", [Authorisation.NON_EXISTE, Authorisation.EXPIRE, Authorisation.INTERDIT])
def test_the_list_is_told_of_a_refusal_too(browser: Client, ready: Ready, authorisation: Authorisation) -> None:
    ready.world.open(ready.patient.ins, authorisation=authorisation)
    assert "La liste des documents arrive" in browser.get(f"/patients/{ready.patient.pk}/").content.decode()
    assert browser.post(path(ready), headers=HTMX)["HX-Trigger"] == "dmp-ouvert"
    again = browser.get(f"/patients/{ready.patient.pk}/", headers=HTMX | {"HX-Target": "documents"}).content.decode()
    assert "Les documents du DMP ne sont pas affichés" in again
    assert "La liste des documents arrive" not in again


def test_refreshing_asks_again(browser: Client, ready: Ready) -> None:
    fragment(browser, ready)
    fragment(browser, ready, "actualiser")
    assert ready.world.transactions == ["TD0.2", "TD3.1", "TD0.2", "TD3.1"]


def test_without_script_the_button_leads_back_to_the_record(browser: Client, ready: Ready) -> None:
    response = browser.post(path(ready))
    assert (response.status_code, response["Location"]) == (302, f"/patients/{ready.patient.pk}/")


def test_a_refusal_teaches_and_its_button_solves(browser: Client, ready: Ready) -> None:
    ConsentRecord.objects.all().delete()
    NoticeReading.objects.all().delete()
    html = fragment(browser, ready)
    assert 'data-code="patient-non-informe"' in html
    assert f"/patients/{ready.patient.pk}/consentement/?suite=/patients/{ready.patient.pk}/" in html
    assert "/mon-compte/notice/" in html
    assert ready.world.asked == []
    assert Trace.objects.get(event="acces.refuse").detail["reasons"] == ["notice-non-lue", "patient-non-informe"]


def test_a_refusal_one_cannot_lift_says_who_can(browser: Client, ready: Ready) -> None:
    type(ready.patient).objects.update(ins="", ins_oid="", identity_status="PROV")
    html = fragment(browser, ready)
    assert "Qui peut le faire\u00a0: Bureau des admissions." in html
    assert "Ouvrir l’identité" not in html
    type(ready.account).objects.update(roles=[Role.CLINICIAN, Role.ADMISSIONS])
    html = fragment(browser, ready)
    assert "Ouvrir l’identité" in html
    assert "Qui peut le faire" not in html


def test_a_refusal_by_the_dmp_is_not_told_as_a_failure_to_reach_it(browser: Client, ready: Ready) -> None:
    ready.world.fail("TD0.2", RemoteRefusal("Le SI-DMP refuse cet accès.", remote_code="DMPAccessDeniedByRightsService",
                                            next_step="vérifiez le contrat"))  # fmt: skip
    html = fragment(browser, ready)
    for words in ("Le DMP a refusé la demande", "Refus du DMP", "DMPAccessDeniedByRightsService", "Actualiser"):
        assert words in html
    for words in ("n’a pas pu être interrogé", "en cause", "vérifié", "Réessayer"):
        assert words not in html
    page = browser.get(f"/patients/{ready.patient.pk}/").content.decode()
    assert "La liste n’a pas pu être obtenue." in page
    assert "« Réessayer »" not in page


def test_a_failure_says_whose_fault_at_which_phase_and_how_to_retry(browser: Client, ready: Ready) -> None:
    ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING))
    html = fragment(browser, ready)
    for words in ("Le réseau", "attente de la réponse", "Réessayer"):
        assert words in html


def test_the_authorisation_is_asked_for_then_added(browser: Client, ready: Ready) -> None:
    ready.world.open(ready.patient.ins, authorisation=Authorisation.NON_EXISTE)
    assert path(ready, "autorisation") in fragment(browser, ready)
    page = browser.get(path(ready, "autorisation")).content.decode()
    assert "Le patient est d’accord" in page
    assert "TD0.3" not in ready.world.transactions
    for said in ("est ajoutée au DMP", "était déjà au DMP"):  # a double click
        assert said in browser.post(path(ready, "autorisation/ajouter"), follow=True).content.decode()
    assert ready.world.transactions == ["TD0.2", "TD0.3", "TD0.2", "TD3.1"]


def test_a_patient_out_of_reach_does_not_exist(browser: Client, ready: Ready) -> None:
    stranger = make_patient(ready.account.legal_entity)
    for action in ("etat", "autorisation", "bris-de-glace"):
        assert browser.get(f"/patients/{stranger.pk}/dmp/{action}/", headers=HTMX).status_code == 404


def test_a_patient_of_another_legal_entity_does_not_exist(browser: Client, ready: Ready, world: World) -> None:
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    for action in ("etat", "actualiser", "autorisation/ajouter", "bris-de-glace"):
        assert browser.post(path(other, action), headers=HTMX).status_code == 404
    assert world.asked == []


def test_only_a_clinician_opens_a_record(client: Client, ready: Ready) -> None:
    login(client, make_account(ready.account.legal_entity, roles=(Role.ADMISSIONS,)))
    assert client.post(path(ready), headers=HTMX).status_code == 403


def test_a_page_shown_again_stays_cheap(browser: Client, ready: Ready, django_assert_max_num_queries: Any) -> None:
    for _ in range(21):
        ready.dossier.feed(at=TWO_DAYS)
    fragment(browser, ready)
    with django_assert_max_num_queries(18):
        fragment(browser, ready)
    assert ready.world.transactions == ["TD0.2", "TD3.1"]


def test_an_opening_of_21_documents_costs_a_bounded_number_of_queries(
    browser: Client, ready: Ready, django_assert_max_num_queries: Any
) -> None:
    for _ in range(21):
        ready.dossier.feed(at=TWO_DAYS)
    with django_assert_max_num_queries(95):  # 90 on SQLite; the locks of PostgreSQL are queries
        fragment(browser, ready)


EMERGENCY = {"motive": "Patient inconscient", "unable_to_express_will": "on", "immediate_risk": "on"}


def test_breaking_the_glass_asks_for_the_motive_and_both_declarations(browser: Client, ready: Ready) -> None:
    ConsentRecord.objects.all().delete()
    assert "bris de glace" in fragment(browser, ready)
    assert browser.post(path(ready, "bris-de-glace"), {}).status_code == 422
    half = browser.post(path(ready, "bris-de-glace"), EMERGENCY | {"immediate_risk": ""})
    assert half.status_code == 422
    assert "urgence-sans-risque-immediat" in half.content.decode()
    assert not Opening.objects.exists()


def test_an_emergency_opens_in_its_mode_and_stays_in_red_until_it_is_ended(browser: Client, ready: Ready) -> None:
    ConsentRecord.objects.all().delete()
    ready.world.open(ready.patient.ins, authorisation=Authorisation.NON_EXISTE, opposition_bris_de_glace=False).feed(
        at=TWO_DAYS
    )
    browser.post(path(ready, "bris-de-glace"), EMERGENCY)
    html = fragment(browser, ready)
    assert "Accès en urgence" in html
    assert ready.world.transactions == ["TD0.2", "TD1.3a", "TD3.1"]
    assert {asked.access_mode.value for asked in ready.world.asked} == {"bris_de_glace"}
    assert "Terminer l’accès en urgence" in browser.get("/patients/").content.decode()
    browser.post(path(ready, "bris-de-glace/terminer"))
    assert "Terminer l’accès en urgence" not in browser.get("/patients/").content.decode()
    assert "patient-non-informe" in fragment(browser, ready)
    codes = list(Trace.objects.filter(event__startswith="bris").order_by("id").values_list("event", "motive"))
    assert codes == [
        ("bris_de_glace.ouvert", "Patient inconscient"), ("bris_de_glace.termine", "Patient inconscient"),
    ]  # fmt: skip


def test_a_prior_opposition_keeps_the_dmp_closed_even_in_emergency(browser: Client, ready: Ready) -> None:
    ready.world.open(ready.patient.ins, opposition_bris_de_glace=True).feed(at=TWO_DAYS)
    browser.post(path(ready, "bris-de-glace"), EMERGENCY)
    assert 'data-code="urgence-opposition"' in fragment(browser, ready)
    assert ready.world.transactions == ["TD0.2", "TD1.3a"]


def test_what_an_emergency_told_is_not_shown_once_it_is_over(browser: Client, ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    browser.post(path(ready, "bris-de-glace"), EMERGENCY)
    fragment(browser, ready)
    browser.post(path(ready, "bris-de-glace/terminer"))
    assert "Interrogation du DMP en cours" in browser.get(path(ready), headers=HTMX).content.decode()
