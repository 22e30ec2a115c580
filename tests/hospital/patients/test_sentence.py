"""The establishment's own sentence to say: set by the RSSI or the DPO, read where the consent is asked for, never invented."""

from __future__ import annotations

import pytest
from django.test import Client

from support.hospital import (
    login,
    make_account,
    make_episode,
    make_legal_entity,
    make_patient,
    make_service,
)
from tramontane.hospital.accounts.models import LegalEntity, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients.models import SpokenSentence
from tramontane.hospital.patients.sentence import set_sentence
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db

PAGE = "/rssi/phrase/"
FIRST, SECOND = "Une première phrase <fictive>.", "Une seconde phrase fictive."
UNSET = "Aucune phrase à dire n’a été fixée"


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def entity(service) -> LegalEntity:
    return service.geographic_entity.legal_entity


@pytest.fixture
def where_it_is_said(entity, service) -> list[str]:
    patient = make_patient(entity)
    make_episode(patient, service)
    consent = f"/patients/{patient.pk}/consentement/"
    return ["/admissions/", consent, f"{consent}imprimer/"]


def visitor(entity, role: Role) -> Client:
    client = Client()
    login(client, make_account(entity, roles=(role,)))
    return client


def text(response) -> str:
    return response.content.decode()


def test_no_sentence_is_given_by_default_and_each_page_says_who_sets_it(entity, where_it_is_said):
    desk = visitor(entity, Role.ADMISSIONS)
    for path in where_it_is_said:
        page = text(desk.get(path))
        assert UNSET in page
        assert "RSSI ou le DPO" in page
        assert "<blockquote>" not in page


@pytest.mark.parametrize("role", [Role.RSSI, Role.DPO])
def test_the_sentence_set_is_read_where_the_consent_is_asked_for_and_on_the_notice(entity, where_it_is_said, role):
    assert visitor(entity, role).post(PAGE, {"text": f"  {FIRST}\r\n"}).status_code == 302
    desk = visitor(entity, Role.ADMISSIONS)
    for path in where_it_is_said:
        page = text(desk.get(path))
        assert "Une première phrase &lt;fictive&gt;." in page
        assert UNSET not in page


def test_every_sentence_is_kept_with_who_set_it_and_traced_without_its_words(entity):
    officer = visitor(entity, Role.DPO)
    for said in (FIRST, SECOND, SECOND, ""):  # the same one again adds nothing
        officer.post(PAGE, {"text": said})
    assert list(SpokenSentence.objects.order_by("id").values_list("text", flat=True)) == [FIRST, SECOND, ""]
    traces = Trace.objects.filter(event="configuration.modifiee").order_by("pk")
    assert [trace.detail["withdrawn"] for trace in traces] == [False, False, True]
    assert "fictive" not in "".join(str(trace.detail) for trace in traces)
    page = text(officer.get(PAGE))
    assert "Aucune phrase à dire aux patients n’est fixée." in page
    assert page.index("retirée</em>") < page.index(SECOND) < page.index("Une première phrase")
    setter = SpokenSentence.objects.latest("id").set_by
    assert page.count(setter.display_name) >= 3


def test_a_sentence_too_long_is_refused_and_what_was_typed_stays(entity):
    typed = "mot " * 200
    answer = visitor(entity, Role.RSSI).post(PAGE, {"text": typed})
    assert answer.status_code == 422
    assert "mot mot mot" in text(answer)
    assert not SpokenSentence.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMISSIONS, Role.CLINICIAN, Role.DIRECTION])
def test_nobody_else_sets_the_sentence(entity, role):
    assert visitor(entity, role).post(PAGE, {"text": FIRST}).status_code == 403
    assert not SpokenSentence.objects.exists()


def test_the_sentence_of_another_entity_is_never_said_here(entity, where_it_is_said):
    other = make_account(make_legal_entity(), roles=(Role.DPO,))
    set_sentence(SECOND, account=other, actor=actor(other, None))
    desk = visitor(entity, Role.ADMISSIONS)
    assert all(SECOND not in text(desk.get(path)) for path in where_it_is_said)
