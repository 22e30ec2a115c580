"""The record page: every state says what is true, shows the list only when it may be shown, and makes no call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from support.consultation import make_ready
from support.hospital import login, make_account, make_patient
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.models import Answer

NOW = datetime.now(UTC).replace(microsecond=0)


def test_an_unasked_record_shows_a_worded_skeleton_and_asks_nothing(desk):
    page = desk.text()
    assert "La liste des documents arrive dès que le DMP a répondu." in page
    assert 'hx-trigger="load' in page
    assert desk.ready.world.asked == []


def test_a_readable_record_lists_its_documents_and_asks_nothing_more(desk):
    desk.ready.dossier.feed(at=NOW - timedelta(days=2), title="Scanner thoracique")
    desk.open()
    desk.ready.world.asked.clear()
    page = desk.text()
    assert "Documents (1)" in page
    assert "Scanner thoracique" in page
    assert "Nouveau" in page
    assert desk.ready.world.asked == []


def test_an_empty_dmp_says_that_it_answered_and_holds_nothing(desk):
    desk.open()
    assert "Aucun document dans la liste de ce DMP." in desk.text()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"exists": False, "open": False}, "ce patient n’a pas de DMP"),
        ({"open": False}, "ce DMP est fermé"),
        ({"authorisation": Authorisation.NON_EXISTE}, "Les documents du DMP ne sont pas affichés"),
        ({"authorisation": Authorisation.INTERDIT}, "Les documents du DMP ne sont pas affichés"),
    ],
)
def test_a_record_that_may_not_be_listed_says_so_and_lists_nothing(desk, status, words):
    desk.ready.world.open(desk.ready.patient.ins, **status).feed(at=NOW)
    desk.open()
    page = desk.text()
    assert words in page
    assert "data-rows" not in page


def test_a_withdrawal_empties_the_list_at_the_next_display(desk):
    desk.ready.dossier.feed(at=NOW, title="Lettre de liaison")
    desk.open()
    desk.ready.say("consultation", "withdrawn")
    page = desk.text()
    assert "Lettre de liaison" not in page
    assert 'data-code="patient-oppose"' in page


def test_a_failure_keeps_the_last_answer_and_says_whose_fault_it_is(desk):
    desk.ready.dossier.feed(at=NOW, title="Ordonnance du mois")
    desk.open()
    desk.ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n’a pas répondu à temps.", phase=Phase.WAITING))
    consultations.refresh(desk.ready.access)
    page = desk.text()
    assert "Le réseau" in page
    assert "est en cause" in page
    assert "Ordonnance du mois" in page


def test_a_failure_before_any_answer_lists_nothing(desk):
    desk.ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n’a pas répondu à temps.", phase=Phase.WAITING))
    desk.open()
    assert "La liste n’a pas pu être obtenue." in desk.text()


def test_an_answer_that_is_too_old_is_asked_again_before_anything_is_listed(desk):
    desk.ready.dossier.feed(at=NOW, title="Ancienne réponse")
    desk.open()
    Answer.objects.update(answered_at=NOW - timedelta(hours=1))
    page = desk.text()
    assert "Ancienne réponse" not in page
    assert "DMP : à interroger" in page


def test_nobody_lists_what_the_dmp_showed_to_a_colleague(desk):
    desk.ready.dossier.feed(at=NOW, title="Montré au seul Dr Rousseau")
    desk.open()
    colleague = make_account(desk.ready.account.legal_entity, services=(desk.ready.service,))
    client = Client()
    login(client, colleague)
    assert "Montré au seul" not in client.get(desk.url).content.decode()


def test_a_patient_of_another_entity_does_not_exist_here(desk, world):
    from support.pki import OTHER_FINESS_JURIDIQUE

    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    assert desk.client.get(f"/patients/{other.patient.pk}/").status_code == 404
    assert desk.client.post(f"/patients/{other.patient.pk}/dmp/lire/", {"document": "1.2"}).status_code == 404


def test_a_record_is_for_professionals(desk):
    client = Client()
    login(client, make_account(desk.ready.account.legal_entity, roles=(Role.ADMISSIONS,)))
    assert client.get(desk.url).status_code == 403


def test_a_patient_out_of_reach_is_not_found(desk):
    stranger = make_patient(desk.ready.account.legal_entity)
    assert desk.client.get(f"/patients/{stranger.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_costs_the_same_for_one_or_sixty_documents(desk, count, django_assert_max_num_queries):
    for number in range(count):
        desk.ready.dossier.feed(at=NOW - timedelta(hours=number))
    desk.open()
    with django_assert_max_num_queries(28):
        desk.text()


def test_a_list_of_sixty_is_cut_in_pages_of_fifty(desk):
    for number in range(60):
        desk.ready.dossier.feed(at=NOW - timedelta(hours=number), title=f"Document n° {number:02d}")
    desk.open()
    first, second = desk.text(), desk.text("?page=2")
    assert first.count('name="document"') == 50
    assert second.count('name="document"') == 10
    assert "page 2 sur 2" in second
    assert "Document n° 00" in first
    assert "Document n° 59" in second


def test_htmx_gets_the_list_alone_or_the_preview_alone(desk):
    entry = desk.ready.dossier.feed(at=NOW)
    desk.open()
    listed = desk.text(HX_Request="true", HX_Target="documents")
    shown = desk.text(f"?doc={entry.unique_id}", HX_Request="true", HX_Target="apercu")
    assert listed.lstrip().startswith('<div id="documents"')
    assert shown.lstrip().startswith('<section id="apercu"')
    assert "<html" not in listed + shown


def _addresses(patient_id: int) -> list[str]:
    """Every address of the app that names a patient, with identifiers that could be anybody's."""
    from uuid import UUID

    from django.urls import reverse

    from tramontane.hospital.documents.urls import urlpatterns

    values = {"patient_id": patient_id, "document_id": 1, "filter_id": 1, "rank": 1, "number": 1, "token": UUID(int=1)}
    named = [
        (pattern.name, pattern.pattern.converters)
        for pattern in urlpatterns
        if "patient_id" in pattern.pattern.converters
    ]
    return [reverse(f"documents:{name}", kwargs={key: values[key] for key in keys}) for name, keys in named]


def test_no_address_of_the_app_knows_a_patient_of_another_entity(desk, world):
    from support.pki import OTHER_FINESS_JURIDIQUE

    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    addresses = _addresses(other.patient.pk)
    assert len(addresses) >= 14
    for address in addresses:
        answers = {desk.client.get(address).status_code, desk.client.post(address).status_code}
        assert answers in ({404}, {404, 405}), address


def test_a_list_of_documents_decodes_no_entry(desk, monkeypatch):
    """What makes five thousand documents show at once: lines are read, entries are not."""
    desk.ready.dossier.feed(at=datetime.now(UTC), title="Un parmi des milliers")
    desk.open()

    def decoded(_document: object) -> None:
        raise AssertionError("an entry was decoded to show a list")

    monkeypatch.setattr("tramontane.hospital.consultations.selectors.entry_of", decoded)
    assert "Un parmi des milliers" in desk.text()
