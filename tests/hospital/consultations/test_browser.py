"""The pages of consultation and of the local matrix in a real browser: axe finds nothing, at both widths, in both themes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import NURSE, PHYSICIAN, Ready, connect, make_ready
from support.dmp_double import World
from support.hospital import login, make_account, make_episode, make_patient, make_service
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, NoticeReading, Role
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.services import preloading
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
LOINC = "2.16.840.1.113883.6.1"
TYPES = (("34112-3", "CR hospitalier"), ("18748-4", "CR d'imagerie médicale"), ("11502-2", "CR de biologie médicale"))
# Every combination when pictures are taken; the two opposite ones otherwise.
ALL_VIEWS = ((1440, False), (1440, True), (390, False), (390, True))
VIEWS = ALL_VIEWS if os.environ.get("TRAMONTANE_SHOTS") else (ALL_VIEWS[0], ALL_VIEWS[3])
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def ready(world: World) -> Ready:
    ready = make_ready(world, family_name="Rousseau", given_name="Alix")
    ready.patient.birth_name, ready.patient.used_name = "MARTIN", "DUPONT-LAMARTINIÈRE"
    ready.patient.save()
    for rank, (code, label) in enumerate(TYPES * 3):
        ready.dossier.feed(at=NOW - timedelta(days=3 * rank + 1), type_code=Coded(code, LOINC, label))
    return ready


class Eyes:
    """One account before a page, at each width and in each theme."""

    def __init__(self, browser: Any, base_url: str, account: Account) -> None:
        self.browser, self.base_url = browser, base_url
        client = Client()
        login(client, account)
        self.key = client.cookies[settings.SESSION_COOKIE_NAME].value

    def look(self, path: str, name: str, *, wait: str = "", act: Any = None) -> str:
        """The text of the page, once axe found nothing wrong and the pictures are taken."""
        for width, dark in VIEWS:
            context = new_context(self.browser, width=width, dark=dark)
            put_session(context, self.base_url, self.key)
            page: Page = context.new_page()
            page.goto(self.base_url + path)
            if act is not None:
                act(page)
            if wait:
                page.wait_for_selector(wait)
            shot(page, f"{name}-{width}{'-dark' if dark else ''}")
            found = violations(page)
            assert found == [], f"{name} {width} {'dark' if dark else 'light'}: {found}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{name} {width}: scrolls sideways"
            )
            text = page.inner_text("main")
            context.close()
        return text


def ask_in_vain(page: Page) -> None:
    """The application no longer answers, and the button is pressed twice: said once."""
    page.route("**/dmp/actualiser/", lambda route: route.abort())
    button = page.get_by_role("button", name="Actualiser")
    for _ in range(2):
        with page.expect_event("requestfailed"):
            button.click()
    assert page.locator("[data-failed]").count() == 1


def test_the_status_line_in_each_state(browser: Any, live_server: Any, ready: Ready) -> None:
    eyes = Eyes(browser, live_server.url, ready.account)
    path = f"/patients/{ready.patient.pk}/"
    assert "DMP ouvert" in eyes.look(path, "record-readable", wait=".statusline.ok")
    assert "n’a pas pu être chargée" in eyes.look(path, "record-server-away", wait="[data-failed]", act=ask_in_vain)
    ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n'a pas répondu à temps (phase : attente de la réponse).",
                     phase=Phase.WAITING, next_step="réessayez ; si l'échec dure, signalez-le"))  # fmt: skip
    services.refresh(ready.access)
    assert "Le réseau est en cause" in eyes.look(path, "record-failed", wait=".statusline.warn")
    ready.world.dossiers.pop(ready.patient.ins)
    services.refresh(ready.access)
    assert "pas de DMP" in eyes.look(path, "record-none", wait=".statusline.info")
    ready.world.open(ready.patient.ins, authorisation=Authorisation.NON_EXISTE)
    services.refresh(ready.access)
    assert "pas encore autorisé" in eyes.look(path, "record-to-authorise", wait=".reason")
    assert "d’accord" in eyes.look(path + "dmp/autorisation/", "authorise")
    ConsentRecord.objects.all().delete()
    NoticeReading.objects.all().delete()
    assert "ne peut pas être consulté" in eyes.look(path, "record-refused", wait=".reason")
    assert "Vos déclarations" in eyes.look(path + "dmp/bris-de-glace/", "bris-de-glace")


def test_an_emergency_stays_in_red(browser: Any, live_server: Any, ready: Ready) -> None:
    eyes = Eyes(browser, live_server.url, ready.account)
    path = f"/patients/{ready.patient.pk}/dmp/bris-de-glace/"
    refused = eyes.look(
        path, "bris-de-glace-refused", wait=".reason",
        act=lambda page: (page.fill("textarea", "Patient inconscient"), page.click("button.danger")),
    )  # fmt: skip
    assert "L’accès en urgence est refusé" in refused
    opened = services.bris_de_glace_open(ready.access, Declarations("Patient inconscient, suspicion d’AVC", True, True))
    assert isinstance(opened, Opening)
    eyes.look(f"/patients/{ready.patient.pk}/", "record-emergency", wait=".statusline.emergency")


def test_the_security_officer_s_pages(browser: Any, live_server: Any, ready: Ready) -> None:
    rssi = make_account(ready.account.legal_entity, roles=(Role.RSSI,), family_name="Marchand", given_name="Paule")
    eyes = Eyes(browser, live_server.url, rssi)
    assert "Aucun accès en urgence" in eyes.look("/rssi/acces-urgence/", "emergencies-empty")
    assert "Phrase d’essai" in eyes.look(
        "/rssi/phrase/", "sentence", wait="section.card",
        act=lambda page: (page.fill("textarea", "Phrase d’essai."), page.get_by_role("button", name="Enregistrer").click()),
    )  # fmt: skip
    opened = services.bris_de_glace_open(ready.access, Declarations("Patient inconscient, suspicion d’AVC", True, True))
    assert isinstance(opened, Opening)
    services.open_record(ready.access.in_emergency(opened))
    ready.world.fail("TD0.2", SoapFault("Le SI-DMP refuse cet accès.", remote_code="DMPAccessDeniedByRightsService",
                                        remote_text="PS et Structure non liés"))  # fmt: skip
    services.refresh(ready.access)
    assert "à contrôler" in eyes.look("/rssi/", "security")
    assert "PS et Structure non liés" in eyes.look("/rssi/connexion/", "connection")
    assert "AVC" in eyes.look("/rssi/acces-urgence/", "emergencies")
    assert "demande envoyée" in eyes.look(f"/rssi/acces-urgence/{opened.pk}/", "emergency")


def test_the_connection_is_set_and_tested(browser: Any, live_server: Any, ready: Ready) -> None:
    eyes = Eyes(browser, live_server.url, make_account(ready.account.legal_entity, roles=(Role.RSSI,)))
    assert "Numéro d’homologation" in eyes.look("/rssi/connexion/regler/", "connection-form")
    refused = eyes.look(
        "/rssi/connexion/regler/", "connection-form-refused", wait=".alert.stop",
        act=lambda page: (page.fill("#id_base_url", "http://dmp.test"), page.get_by_role("button", name="Enregistrer").click()),
    )  # fmt: skip
    assert "https://" in refused
    type(ready.connection).objects.update(base_url="https://localhost:1/services/")
    tested = eyes.look(
        "/rssi/connexion/", "connection-test", wait="section.alert",
        act=lambda page: page.get_by_role("button", name="Tester la connexion").click(),
    )  # fmt: skip
    assert "1\u00a0point est en échec" in tested


def test_a_regulation_access_is_asked_for_and_stays_in_red(browser: Any, live_server: Any, ready: Ready) -> None:
    eyes = Eyes(browser, live_server.url, ready.account)
    type(ready.connection).objects.update(web_ps_url="https://web-ps.test/{ins}")
    services.open_record(ready.access)
    offered = eyes.look(f"/patients/{ready.patient.pk}/", "record-regulation-offered", wait=".statusline.ok")
    assert "Accès de régulation (centre 15)…" in offered
    assert "Web-PS DMP" in offered
    assert "médecin régulateur" in eyes.look(f"/patients/{ready.patient.pk}/dmp/regulation/", "regulation")
    opened = services.regulation_open(ready.access, "Appel pour douleur thoracique")
    assert isinstance(opened, Opening)
    eyes.look(f"/patients/{ready.patient.pk}/", "record-regulation", wait=".statusline.emergency")


def test_a_minor_s_secret_connection_is_chosen_shown_and_left(browser: Any, live_server: Any, ready: Ready) -> None:
    type(ready.patient).objects.update(birth_date=NOW.date() - timedelta(days=16 * 366))
    eyes = Eyes(browser, live_server.url, ready.account)
    record = f"/patients/{ready.patient.pk}/"
    path = f"{record}dmp/connexion-secrete/"

    def ask(page: Page) -> None:
        if "connexion-secrete" not in page.url:  # already in it, from the other view
            return
        page.get_by_label("demande que cette consultation reste secrète").check()
        page.get_by_role("button", name="Consulter en connexion secrète").click()

    assert "n’est pas réglé dans l’établissement" in eyes.look(path, "secret-refused", wait=".reason", act=ask)
    type(ready.connection).objects.update(minor_secret_age=15)
    held = eyes.look(record, "secret-choice", wait=".statusline.info")
    assert "DMP non interrogé" in held
    assert ready.world.asked == [], "nothing leaves by itself"
    assert "Ce qui n’est pas connu" in eyes.look(path, "secret-form")
    eyes.look(path, "secret-record", wait=".statusline.ok", act=ask)
    assert {asked.confidentiality for asked in ready.world.asked} == {"INVISIBLE_REPRESENTANTS_LEGAUX"}
    assert "Cacher ce document" in eyes.look(f"{record}documents/deposer/", "secret-deposit", wait=".statusline.secret")
    assert "secret pour les représentants" in eyes.look(f"{record}consentement/", "secret-consent")
    left = eyes.look(
        record, "secret-left", wait="main .statusline.info",
        act=lambda page: [one.click() for one in page.get_by_role("button", name="Quitter la connexion secrète").all()],
    )  # fmt: skip
    assert "DMP non interrogé" in left


def test_the_preload_of_the_day(browser: Any, live_server: Any, ready: Ready) -> None:
    eyes = Eyes(browser, live_server.url, ready.account)
    for number in range(12):
        patient = make_patient(ready.account.legal_entity, birth_name=f"BERNARD-{number}")
        episode = make_episode(patient, ready.service)
        if number % 4:
            ConsentRecord.objects.create(patient=patient, episode=episode, subject="information", choice="informed",
                                         recorded_at=clock.now())  # fmt: skip
        ready.world.open(patient.ins).feed(at=NOW - timedelta(days=number + 1))
    proof = ready.access.proof
    assert proof is not None
    preload, _ = preloading.request_preload(ready.account, proof, ready.service, eyes.key)
    path = f"/patients/prechargement/{preload.pk}/"
    assert "0 DMP interrogés" in eyes.look(path, "preload-waiting")
    preloading.run_preload(preload.pk)
    assert "du nouveau" in eyes.look(path, "preload-done")


def test_the_local_matrix(browser: Any, live_server: Any, ready: Ready) -> None:
    entity = ready.account.legal_entity
    rssi = make_account(entity, roles=(Role.RSSI,), family_name="Marchand", given_name="Paule")
    make_account(entity, services=(ready.service,), profession=NURSE, savoir_faire="")
    eyes = Eyes(browser, live_server.url, rssi)
    rules = (
        LocalRule(PHYSICIAN, "", LocalRights(consult=True, bris_de_glace=True)),
        LocalRule(NURSE, "", LocalRights(consult=True), frozenset({"34112-3", "11502-2"})),
        LocalRule("50", "", LocalRights(consult=True)),
    )
    publish(entity, LocalRules(rules), motive="Décision de la CME du 12 novembre", actor=ready.access.actor)
    assert "3\u00a0professions" in eyes.look("/habilitations/", "matrix")
    assert "Que peut faire" in eyes.look(f"/habilitations/regle/?profession={NURSE}&service=", "rule")
    preview = eyes.look(
        f"/habilitations/regle/?profession={NURSE}&service=", "preview", wait="form input[name=motive]",
        act=lambda page: (page.uncheck("#id_consult"), page.click("form.card button.button")),
    )  # fmt: skip
    assert "Perd" in preview
    assert "Révision 1" in eyes.look("/habilitations/revisions/1/", "revision")


def test_an_installation_that_begins(browser: Any, live_server: Any, world: World) -> None:
    service = make_service()
    entity = service.geographic_entity.legal_entity
    rssi = make_account(entity, roles=(Role.RSSI,))
    eyes = Eyes(browser, live_server.url, rssi)
    assert "Aucune connexion" in eyes.look("/rssi/connexion/", "connection-none")
    connect(entity)
    assert "inaccessible à tous" in eyes.look("/rssi/connexion/", "connection-wrong")
    assert "Personne ne peut" in eyes.look("/habilitations/", "matrix-empty")
