"""The « connexion secrète » of a minor: who may, what the DMP hears, what the legal representatives are never told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from support.consultation import Ready
from support.hospital import login, make_account, proof_of
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.xds import DocumentCriteria
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import OpenSession, Role
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.models import DmpConnection, Opening
from tramontane.hospital.consultations.services import preloading
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.consultations.view import Situation
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.traces import selectors as traces
from tramontane.hospital.traces.models import Trace

CODE = "INVISIBLE_REPRESENTANTS_LEGAUX"
MINIMUM = 15
ASKED = {"asked_by_minor": "on"}


def born(age: int) -> date:
    """The birth date of who is so old since a month."""
    today = timezone.localdate() - timedelta(days=30)
    return date(today.year - age, today.month, min(today.day, 28))


def aged(ready: Ready, age: int) -> Ready:
    Patient.objects.filter(pk=ready.patient.pk).update(birth_date=born(age))
    ready.patient.refresh_from_db()
    return ready


@pytest.fixture
def minor(ready: Ready) -> Ready:
    """Sixteen, in an establishment that set the minimum age at fifteen."""
    DmpConnection.objects.update(minor_secret_age=MINIMUM)
    return aged(ready, 16)


@pytest.fixture
def browser(client: Client, ready: Ready) -> Client:
    login(client, ready.account)
    return client


def record(ready: Ready) -> str:
    return f"/patients/{ready.patient.pk}/"


def text(response: Any) -> str:
    return str(response.content.decode())


def said(ready: Ready) -> set[str | None]:
    """What the calls said of the secret."""
    return {asked.confidentiality for asked in ready.world.asked}


def secretly(ready: Ready) -> Ready:
    assert isinstance(services.secret_open(ready.access), Opening)
    return Ready(ready.access.in_secret(), ready.world)


def test_nothing_leaves_by_itself_until_the_professional_has_chosen(browser: Client, minor: Ready) -> None:
    page = text(browser.get(record(minor)))
    assert 'hx-trigger="submit"' in page
    assert "Consulter sans secret" in page
    assert "Consulter en connexion secrète…" in page
    assert services.displayed(minor.access).awaits_choice
    browser.post(record(minor) + "dmp/etat/")  # « sans secret »: her choice for this episode
    assert said(minor) == {None}
    assert not services.displayed(minor.access).awaits_choice
    assert "Consulter en connexion secrète…" in text(browser.get(record(minor)))


def test_every_call_says_the_secret_until_she_leaves_it(browser: Client, minor: Ready) -> None:
    entry = minor.dossier.feed(at=clock.now() - timedelta(days=2))
    assert browser.post(record(minor) + "dmp/connexion-secrete/", {}).status_code == 422
    assert browser.post(record(minor) + "dmp/connexion-secrete/", ASKED).status_code == 302
    page = text(browser.get(record(minor)))
    assert 'hx-trigger="load, submit"' in page
    assert "Quitter la connexion secrète" in text(browser.get("/patients/"))
    browser.post(record(minor) + "dmp/etat/")
    browser.post(record(minor) + "dmp/lire/", {"document": entry.unique_id})
    browser.post(record(minor) + "dmp/rechercher/", {})
    assert set(minor.world.transactions) == {"TD0.2", "TD3.1", "TD3.2"}
    assert said(minor) == {CODE}
    browser.post(record(minor) + "dmp/connexion-secrete/quitter/")
    assert "Quitter la connexion secrète" not in text(browser.get("/patients/"))
    assert services.displayed(minor.access).awaits_choice, "an ordinary call would tell what was just kept secret"
    services.open_record(minor.access)
    assert said(minor) == {CODE, None}
    assert browser.post(record(minor) + "dmp/connexion-secrete/quitter/").status_code == 302  # twice: nothing more
    events = list(Trace.objects.filter(event__startswith="connexion_secrete").values_list("event", flat=True))
    assert events == ["connexion_secrete.ouverte", "connexion_secrete.quittee"]


def test_an_authorisation_and_an_emergency_say_it_too(minor: Ready) -> None:
    minor.world.open(minor.patient.ins, authorisation=Authorisation.NON_EXISTE)
    hidden = secretly(minor)
    assert services.open_record(hidden.access).situation is Situation.TO_AUTHORISE
    services.authorise(hidden.access)
    opening = services.bris_de_glace_open(hidden.access, Declarations("Inconscient", True, True))
    assert isinstance(opening, Opening)
    services.refresh(hidden.access.in_emergency(opening))
    services.search(hidden.access, DocumentCriteria())
    services.emergency_end(opening, proof_of())
    assert {"TD0.3", "TD1.3a", "TD3.1"} <= set(minor.world.transactions)
    assert said(minor) == {CODE}
    (told,) = traces.of_patient(minor.account.legal_entity.finess_juridique, minor.patient.ins)
    assert told.detail["subject"].startswith("Information"), "what was said in the open, before"


@pytest.mark.parametrize(
    ("age", "minimum", "code"),
    [
        (18, MINIMUM, "connexion-secrete-majeur"),
        (14, MINIMUM, "connexion-secrete-trop-jeune"),
        (16, None, "connexion-secrete-non-reglee"),
    ],
)
def test_outside_its_conditions_it_is_refused_and_says_why(
    browser: Client, ready: Ready, age: int, minimum: int | None, code: str
) -> None:
    DmpConnection.objects.update(minor_secret_age=minimum)
    aged(ready, age)
    response = browser.post(record(ready) + "dmp/connexion-secrete/", ASKED)
    assert response.status_code == 422
    assert f'data-code="{code}"' in text(response)
    assert "le RSSI le règle" in text(response)
    assert not Opening.objects.exists()
    assert not ConsentRecord.objects.filter(secret=True).exists()
    assert Trace.objects.get(event="acces.refuse").detail["reasons"] == [code]
    browser.post(record(ready) + "dmp/etat/")
    offered = "Consulter en connexion secrète…" in text(browser.get(record(ready)))
    assert offered == (minimum is None), "offered where an age is all that is missing, absent where it can never be"


def test_the_security_officer_sets_the_age_and_it_is_traced(client: Client, ready: Ready) -> None:
    from tests.hospital.consultations.test_connecting import typed  # the same form

    login(client, make_account(ready.account.legal_entity, roles=(Role.RSSI,)))
    assert "âge minimum non réglé" in text(client.get("/rssi/connexion/"))
    assert client.post("/rssi/connexion/regler/", typed(ready.connection, minor_secret_age="18")).status_code == 422
    assert client.post("/rssi/connexion/regler/", typed(ready.connection, minor_secret_age="15")).status_code == 302
    assert ready.connection.minor_secret_age == MINIMUM
    changed = Trace.objects.get(event="configuration.modifiee").detail["connection"]
    assert changed == {"minor_secret_age": [None, 15]}


def test_once_no_longer_allowed_its_calls_stop_rather_than_become_ordinary(minor: Ready) -> None:
    hidden = secretly(minor)
    DmpConnection.objects.update(minor_secret_age=None)
    view = services.open_record(hidden.access)
    assert view.situation is Situation.REFUSED
    assert [reason.code for reason in view.reasons] == ["connexion-secrete-non-reglee"]
    assert minor.world.asked == []
    assert services.secret_end(Opening.objects.get(secret=True), proof_of()), "leaving is always allowed"


def test_it_never_ends_by_the_clock(browser: Client, minor: Ready) -> None:
    secretly(minor)
    Opening.objects.update(opened_at=clock.now() - timedelta(days=30))
    browser.post(record(minor) + "dmp/etat/")
    assert said(minor) == {CODE}


def test_the_minor_s_own_consent_counts_in_this_connection_only(minor: Ready) -> None:
    ConsentRecord.objects.all().delete()
    hidden = secretly(minor)
    assert services.open_record(hidden.access).readable
    refused = services.open_record(minor.access)
    assert "patient-non-informe" in {reason.code for reason in refused.reasons}
    consent = ConsentRecord.objects.get()
    assert (consent.secret, consent.for_account, consent.choice) == (True, minor.account, "consent")


def test_an_opposition_stands_even_in_secret(minor: Ready) -> None:
    minor.say("consultation", "opposition", given_by="Sophie Martin")
    reasons = services.secret_open(minor.access)
    assert isinstance(reasons, tuple)
    assert [reason.code for reason in reasons] == ["patient-oppose"]


def test_the_desk_and_the_printed_list_tell_nothing_of_it(client: Client, minor: Ready) -> None:
    secretly(minor)
    services.open_record(minor.access.in_secret())
    entity, page = minor.account.legal_entity, record(minor) + "consentement/"
    desk, officer = make_account(entity, roles=(Role.ADMISSIONS,)), make_account(entity, roles=(Role.DPO,))
    login(client, desk)
    assert "secret" not in text(client.get(page)).partition("<main")[2].lower()
    login(client, minor.account)
    assert "secret pour les représentants légaux" in text(client.get(page))
    assert '<tr class="no-print">' in text(client.get(page))
    login(client, officer)
    client.post("/traces/patient/", {"ins": minor.patient.ins})
    listed = text(client.get("/traces/patient/?liste=1"))
    assert "onnexion secrète" not in listed
    assert "Information de la patiente" in listed, "what was said in the open stays"
    assert "Recherche de documents" not in listed
    whole = text(client.get("/traces/patient/?liste=1&secret=1"))
    assert "Recherche de documents\u00a0: demande envoyée, en connexion secrète" in whole
    assert "jamais à ses représentants légaux" in whole


@pytest.mark.django_db(transaction=True)
def test_a_preload_asks_nothing_of_a_minor_who_may_want_the_secret(minor: Ready) -> None:
    OpenSession.objects.create(account=minor.account, session_key="clé", started_at=clock.now())
    asked, _ = preloading.request_preload(minor.account, proof_of(), minor.service, "clé")
    preloading.run_preload(asked.pk)
    item = asked.items.get(patient=minor.patient)
    assert item.sentence == preloading.ASKED_FIRST
    assert minor.world.asked == []


def test_the_web_ps_which_knows_nothing_of_it_is_not_opened(browser: Client, minor: Ready) -> None:
    DmpConnection.objects.update(web_ps_url="https://web-ps.test/{ins}")
    secretly(minor)
    assert browser.get(record(minor) + "dmp/web-ps/").status_code == 404


def test_a_colleague_is_not_in_her_secret_connection(client: Client, minor: Ready) -> None:
    secretly(minor)
    colleague = make_account(minor.account.legal_entity, services=(minor.service,))
    login(client, colleague)
    assert "Quitter la connexion secrète" not in text(client.get(record(minor)))
    client.post(record(minor) + "dmp/connexion-secrete/quitter/")
    assert Opening.objects.get(secret=True).ended_at is None
