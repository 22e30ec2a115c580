"""The demo's hospital in a real Chromium: an empty dossier, homologated, expired when the clock moves, then renewed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.homologation_scene import PV, VERSION, Scene
from support.hospital import login, make_account, make_legal_entity
from tramontane.demo.structures import HOSPITAL
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of, under_way
from tramontane.rules.homologation import Level

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]


@dataclass
class Eyes:
    """Someone in front of the workspace, at an instant that the test moves."""

    browser: Any
    base: str
    scene: Scene
    page: Page

    def enter(self, path: str = "/homologation/") -> Page:
        """A session of today's: the clock may have moved a year."""
        client = Client()
        login(client, self.scene.account)
        self.page.context.clear_cookies()
        put_session(self.page.context, self.base, client.session.session_key or "")
        self.page.goto(self.base + path)
        return self.page

    def says(self, text: str) -> None:
        """The fact the page opens with."""
        expect(self.page.locator("h1").first).to_contain_text(text)

    def press(self, name: str) -> None:
        """A button of the page."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def tab(self, name: str) -> None:
        """A tab of the dossier, once its page has come: the one being left has no document to judge."""
        link = self.page.get_by_role("navigation", name="Dossier").get_by_role("link", name=name, exact=True)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")

    def look(self, name: str) -> None:
        """Wide, then narrow and dark: nothing overflows, axe finds nothing."""
        for width, scheme in ((1440, "light"), (390, "dark")):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            shot(self.page, f"{name}-{width}-{scheme}")
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: {width}"
        assert violations(self.page) == [], name
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The instant, in a list: the test moves it."""
    moment = [datetime.fromisoformat("2026-11-23T09:00:00+00:00")]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def eyes(live_server: Any, settings: Any, tmp_path: Any, now: list[datetime]) -> Iterator[Eyes]:
    settings.MEDIA_ROOT = tmp_path
    entity = make_legal_entity(finess_juridique=HOSPITAL.finess.value, name=HOSPITAL.name)
    roles = (Role.HOMOLOGATION, Role.DIRECTION)
    scene = Scene(entity, make_account(entity, roles=roles, given_name="Hélène", family_name="Girard"))
    with chromium() as browser:
        yield Eyes(browser, live_server.url, scene, new_context(browser).new_page())


def test_from_an_empty_dossier_to_an_homologation_that_expires_and_is_renewed(eyes: Eyes, now: list[datetime]) -> None:
    page = eyes.enter()
    eyes.says("Aucun dossier d’homologation n’est ouvert.")
    eyes.look("01-dossiers")
    import_the_version(eyes)
    page.goto(f"{eyes.base}/homologation/")
    eyes.press("Ouvrir un dossier")
    eyes.says("Prêt à contractualiser : 0 étape sur 6")
    assess_everything(eyes)
    join_a_proof(eyes)
    write_the_reserve(eyes)
    write_the_support(eyes)
    eyes.tab("Accueil")
    eyes.look("06-accueil")
    eyes.press("Terminer l’auto-évaluation")
    eyes.says("4 étapes sur 6")
    hold_the_commission(eyes, now)
    sign_the_pv(eyes)
    eyes.tab("Accueil")
    eyes.says("Prêt à contractualiser")
    expect(page.locator(".statusline")).to_contain_text("Homologation active")
    now[0] += timedelta(days=200)
    eyes.enter()
    eyes.says("Prêt à contractualiser : 5 étapes sur 6")
    expect(page.locator(".statusline")).to_contain_text("Homologation expirée")
    eyes.look("13-expiree")
    eyes.tab("Échéances")
    expect(page.locator("main")).to_contain_text("L’homologation a expiré le")
    eyes.look("14-echeances")
    eyes.press("Préparer le renouvellement")
    renew(eyes, now)


def import_the_version(eyes: Eyes) -> None:
    """The version of the référentiel, read by a person; rehearsed before it is recorded."""
    page = eyes.page
    page.goto(f"{eyes.base}/homologation/referentiels/dmp/importer/")
    page.get_by_label("Fichier").set_input_files([{"name": "v.yaml", "mimeType": "text/yaml", "buffer": VERSION}])
    eyes.press("Vérifier le fichier")
    eyes.says("Rien n’est encore écrit")
    eyes.look("02-import")
    eyes.press("Enregistrer cette édition")
    expect(page.locator("main")).to_contain_text("Version 1.0-essai.")
    eyes.look("03-referentiel")


def assess_everything(eyes: Eyes) -> None:
    """The first by hand, one with its perimeter refused then accepted by keyboard; the others by their service."""
    page = eyes.page
    page.get_by_role("link", name="Commencer l’auto-évaluation").click()
    eyes.says("EXI 01")
    page.get_by_label("Partiellement conforme").check()
    page.get_by_role("textbox", name="Responsable").fill("Zoé Roux")
    eyes.press("Enregistrer et continuer")
    eyes.says("EXI 02")
    page.locator("body").press("n")
    page.locator("body").press("n")
    eyes.says("EXI 04")
    page.get_by_label("Conforme sur un périmètre", exact=True).check()
    eyes.press("Enregistrer")
    expect(page.get_by_role("alert")).to_contain_text("Périmètre")
    page.locator("body").press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Exigence suivante")
    eyes.press("Fermer")
    eyes.look("04-evaluer")
    for label, text in (("Périmètre", "Cardiologie"), ("Étapes", "Puis chirurgie"), ("Calendrier", "Juin 2027")):
        page.get_by_role("textbox", name=label).fill(text)
    page.get_by_role("textbox", name="Responsable").fill("Marc Petit")
    eyes.press("Enregistrer")
    dossier = under_way(eyes.scene.entity, "dmp")
    assert dossier is not None
    for exigence in referentiel_of(dossier.edition).assessed:
        if exigence.id not in ("exi-01", "exi-04"):
            eyes.scene.assess(dossier, exigence.id, Level.COMPLIANT)


def join_a_proof(eyes: Eyes) -> None:
    """One file that proves everything."""
    page = eyes.page
    eyes.tab("Preuves")
    page.get_by_label("Titre").fill("Dossier de preuves 2026")
    page.locator("input[name=exigences]").evaluate_all("all => all.forEach(one => one.click())")
    page.get_by_label("Fichier").set_input_files(
        [{"name": "p.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}]
    )
    eyes.press("Joindre la preuve")
    eyes.says("1 preuve jointe")
    eyes.look("05-preuves")


def write_the_reserve(eyes: Eyes) -> None:
    """From the page that says what is missing, in the drawer."""
    page = eyes.page
    eyes.tab("Réserves et plan d’actions")
    eyes.says("1 exigence non atteinte attend la sienne")
    page.get_by_role("link", name="EXI 01").click()
    page.get_by_label("Réserve", exact=True).fill("information des patients à compléter")
    page.get_by_label("À lever avant le").fill("2027-03-31")
    eyes.press("Écrire la réserve")
    page.get_by_label("Action", exact=True).fill("Compléter l’affichage")
    page.get_by_label("Menée par").fill("Bureau des admissions")
    page.get_by_label("Pour le", exact=True).fill("2027-02-28")
    eyes.press("Prévoir l’action")
    expect(page.locator("#tiroir")).to_contain_text("Compléter l’affichage")
    eyes.look("07-tiroir")
    page.get_by_role("navigation", name="Exigence").get_by_role("link", name="Activité").click()
    expect(page.locator("#tiroir")).to_contain_text("EXI 01 : action prévue")
    eyes.tab("Réserves et plan d’actions")
    page.get_by_label("Avancement de Compléter l’affichage").select_option(label="En cours")
    page.get_by_label("Menée par, pour Compléter l’affichage").fill("Marc Petit")
    eyes.press("Enregistrer : Compléter l’affichage")
    expect(page.get_by_role("status")).to_contain_text("Action enregistrée.")
    eyes.look("08-reserves")


def write_the_support(eyes: Eyes) -> None:
    """Every part that a person writes."""
    page = eyes.page
    eyes.tab("Support")
    eyes.says("0 partie écrite sur 8")
    for rank in range(8):
        part = page.locator("details.card").filter(has=page.locator("textarea")).nth(rank)
        if part.get_attribute("open") is None:
            part.locator("summary").click()
        part.locator("textarea").fill("Texte de cette partie")
        part.get_by_role("button").click()
    eyes.says("Le support documentaire est complet.")
    eyes.look("09-support")


def hold_the_commission(eyes: Eyes, now: list[datetime]) -> None:
    """Convened for tomorrow; the clock moves; attendance, opinion, risks, decision."""
    page = eyes.page
    eyes.tab("Commission")
    page.get_by_label("Date", exact=True).fill("2026-11-24")
    page.get_by_label("Heure").fill("14:00")
    page.get_by_label("Lieu").fill("Salle du conseil")
    eyes.press("Convoquer la commission")
    eyes.says("La commission siège le 24/11/2026")
    for role, name in (("Responsable de l’établissement", "Anne Mercier"), ("RSSI", "Claire Dubois")):
        page.get_by_label("Qualité").select_option(label=role)
        page.get_by_label("Nom", exact=True).fill(name)
        eyes.press("Inviter")
    expect(page.locator("main")).to_contain_text("La séance du 24/11/2026 n’a pas encore eu lieu.")
    eyes.look("10-commission")
    now[0] += timedelta(days=1, hours=6)
    eyes.enter(page.url.removeprefix(eyes.base))
    page.get_by_label("Présence : Anne Mercier").select_option("oui")
    page.get_by_label("Présence : Claire Dubois").select_option("oui")
    page.get_by_label(re.compile("met en évidence que")).fill("aucun risque n’est inacceptable.")
    eyes.press("Enregistrer les présences et les avis")
    page.get_by_label("Homologué", exact=True).check()
    page.get_by_label("Durée en mois").fill("6")
    eyes.press("Enregistrer la décision")
    eyes.says("Homologué pour 6 mois")
    eyes.look("11-decision")


def sign_the_pv(eyes: Eyes, reserve: str = "avec la réserve suivante : EXI 01") -> None:
    """Who signs, then the signed paper."""
    page = eyes.page
    eyes.tab("PV")
    page.get_by_label("Signataire").fill("Anne Mercier")
    page.get_by_label("Accord").select_option("soussignée")
    eyes.press("Enregistrer")
    expect(page.get_by_role("article")).to_contain_text("je soussignée Anne Mercier")
    expect(page.get_by_role("article")).to_contain_text(reserve)
    eyes.look("12-pv")
    page.get_by_label("PV signé").set_input_files([{"name": "pv.pdf", "mimeType": "application/pdf", "buffer": PV}])
    eyes.press("Enregistrer le PV signé")
    eyes.says("Le procès-verbal est signé")


def renew(eyes: Eyes, now: list[datetime]) -> None:
    """The answers are taken over; the commission sits again; the next homologation holds."""
    page = eyes.page
    eyes.says("Prêt à contractualiser : 4 étapes sur 6")
    eyes.press("Terminer l’auto-évaluation")
    eyes.tab("Commission")
    day = f"{now[0]:%Y-%m-%d}"
    page.get_by_label("Date", exact=True).fill(day)
    page.get_by_label("Heure").fill("08:00")
    eyes.press("Convoquer la commission")
    for name in ("Anne Mercier", "Claire Dubois"):
        page.get_by_label(f"Présence : {name}").select_option("oui")
    page.get_by_label(re.compile("met en évidence que")).fill("rien n’a changé.")
    eyes.press("Enregistrer les présences et les avis")
    page.get_by_label("Homologué", exact=True).check()
    page.get_by_label("Durée en mois").fill("36")
    eyes.press("Enregistrer la décision")
    sign_the_pv(eyes)
    eyes.tab("Accueil")
    expect(page.locator(".statusline")).to_contain_text("Homologation active")
    eyes.tab("Journal")
    expect(page.locator("main")).to_contain_text("PV signé : homologation pour 36 mois")
    eyes.look("15-journal")
    page.goto(f"{eyes.base}/homologation/1/exigences/")
    eyes.look("16-exigences")
