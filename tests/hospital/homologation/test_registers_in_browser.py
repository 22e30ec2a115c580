"""The registers in a real Chromium: a system inscribed, its number shown once, evidence collected and confirmed, a contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import Ready, make_ready, play_double
from support.dmp_double import World
from support.homologation_scene import VERSION, Scene
from support.hospital import login, make_service, make_site
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.homologation.models import CollectionRun
from tramontane.hospital.homologation.services import collecting, opening, reminding

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Ready]:
    """A homologation officer who also consulted, from a site whose contract nobody declared."""
    settings.MEDIA_ROOT = tmp_path
    world = World()
    play_double(monkeypatch, world)
    found = make_ready(world, roles=(Role.CLINICIAN, Role.HOMOLOGATION, Role.DIRECTION))
    entity = found.account.legal_entity
    for name in ("Chirurgie", "Médecine polyvalente", "Urgences"):
        make_service(entity, name=name)
    make_site(entity, name="Site du nord")
    scene = Scene(entity, found.account)
    result = opening.rehearse(entity, "dmp", VERSION).result
    opening.record_edition(entity, result, file=("essai.yaml", VERSION), actor=scene.actor)
    dossier = scene.open()
    scene.prove(dossier, "exi-28")
    consultations.open_record(found.access)
    reminding.sweep_entity(entity, clock.now())
    yield found
    clients.close_all()


@pytest.fixture
def page(live_server: Any, ready: Ready) -> Iterator[Page]:
    client = Client()
    login(client, ready.account)
    with chromium() as browser:
        context = new_context(browser)
        put_session(context, live_server.url, client.session.session_key or "")
        found = context.new_page()
        found.goto(f"{live_server.url}/homologation/guide/")
        yield found


def look(page: Page, name: str) -> None:
    """Wide, then narrow and dark: nothing overflows, axe finds nothing."""
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its literals
        shot(page, f"{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: {width}"
        assert violations(page) == [], f"{name}: {width}"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Homologation", exact=True).get_by_role("link", name=name).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def says(page: Page, text: str) -> None:
    expect(page.locator("h1").first).to_contain_text(text)


def test_a_team_fills_the_registers_confirms_what_is_collected_and_prepares_the_contract(page: Page) -> None:
    says(page, "Consulter le DMP en AIR simplifié")
    look(page, "1-guide")
    inscribe(page)
    collect(page)
    prepare(page)
    go(page, "Rappels")
    look(page, "9-rappels")


def inscribe(page: Page) -> None:
    go(page, "Logiciels métier")
    says(page, "Aucun logiciel métier")
    page.get_by_label("Nom du logiciel").fill("DPI d’exemple")
    page.get_by_label("Éditeur").fill("Éditeur fictif")
    press(page, "Inscrire")
    page.get_by_role("link", name="DPI d’exemple").click()
    today = clock.now().date().isoformat()
    page.get_by_label("Version", exact=True).fill("5.2")
    page.get_by_label("Numéro d’homologation CNDA").fill("NUMERO-HOMOLOGATION")
    page.get_by_label("Homologué par le CNDA le").fill(today)
    press(page, "Enregistrer la version")
    expect(page.locator("main")).not_to_contain_text("NUMERO-HOMOLOGATION")
    page.get_by_label("En production (Cardiologie").first.fill(today)
    page.get_by_role("button", name="Enregistrer Cardiologie").first.click()
    says(page, "en production dans 1")
    later = (clock.now() + timedelta(days=60)).date().isoformat()
    page.get_by_label("Prévu (Chirurgie)").fill(later)
    page.get_by_role("button", name="Enregistrer Chirurgie").click()
    page.get_by_role("button", name="Afficher le numéro").click()
    expect(page.locator("#numero")).to_have_text("NUMERO-HOMOLOGATION")
    look(page, "2-logiciel")
    go(page, "Logiciels métier")
    look(page, "3-registre")


def collect(page: Page) -> None:
    go(page, "Dossiers")
    page.get_by_role("link", name="n° 1", exact=True).click()
    page.get_by_role("navigation", name="Dossier", exact=True).get_by_role("link", name="Relevés").click()
    says(page, "0\u00a0relevé conforme sur 11")
    press(page, "Tout relever")
    expect(page.locator("#releves")).to_contain_text("Relevé en cours : 0 sur 11")
    look(page, "4-releves-en-cours")
    run = CollectionRun.objects.get()
    collecting.carry_out(run.pk)
    expect(page.locator("main")).to_contain_text("à confirmer")  # the page follows by itself
    look(page, "4-releves")
    page.get_by_role("link", name="Deux facteurs sur chaque VIHF").click()
    says(page, "conforme")
    look(page, "5-releve")
    press(page, "Confirmer ce relevé")
    expect(page.locator("#tiroir")).to_contain_text("Deux facteurs sur chaque VIHF")
    page.get_by_role("navigation", name="Dossier", exact=True).get_by_role("link", name="Relevés").click()
    page.get_by_role("link", name="Garde des clefs privées").click()
    look(page, "6-releve-sans-preuve")


def prepare(page: Page) -> None:
    go(page, "Contrat AIR")
    says(page, "Contrat AIR : à préparer.")
    expect(page.get_by_role("alert")).to_contain_text("FINESS hors contrat")
    page.get_by_label("Site du nord").check()
    press(page, "Noter les sites")
    page.get_by_label("Le", exact=True).first.fill(clock.now().date().isoformat())
    press(page, "Noter le contact")
    says(page, "transmis au référent régional")
    look(page, "7-contrat")
    page.get_by_role("link", name="Importer la liste du ministère").click()
    table = "Région;Organisme;Appui au projet de consultation intégrée\nRégion d’essai;GRADeS d’essai;Contact fictif\n"
    page.get_by_label("Fichier du ministère").set_input_files(
        {"name": "referents.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    press(page, "Vérifier le fichier")
    says(page, "Rien n’est encore écrit")
    look(page, "8-referents")
    press(page, "Enregistrer ces référents")
    expect(page.locator("main")).to_contain_text("GRADeS d’essai")
