"""Every badge of a document seen at once, with its exact warning; the presets and a filter of one's own; a CDA on a telephone;
the record on paper."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import Ready
from support.hospital import login, make_account
from support.record_scene import NOW, feed_realistic
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria
from tramontane.hospital.consultations import services as consultations

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
EVERY_STATUS = (AvailabilityStatus.APPROVED, AvailabilityStatus.DEPRECATED, AvailabilityStatus.ARCHIVED)
# EX_3.2-1025, to the letter.
WARN_PATIENT = "Attention, ce document n'est pas visible du patient"
WARN_REPRESENTATIVES = "Attention, ce document n'est pas visible des représentants légaux pour préserver le secret du mineur titulaire du DMP"
BADGES = {
    "Scanner thoracique sans injection": ("Nouveau", "Imagerie"),
    "Lettre de liaison à la sortie": ("Nouveau", "Non visible du patient"),
    "Séjour en pédiatrie": ("Nouveau", "Non visible des représentants légaux", "Masqué"),
    "Ancienne ordonnance": ("Version plus récente", "Ancienne version"),
    "Vaccination antitétanique": ("Archivé",),
    "Mes volontés": ("Nouveau", "Déposé par le patient"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Any, live_server: Any, ready: Ready) -> Iterator[Any]:
    """The record of a patient whose DMP holds one of everything, at a width."""
    fed = feed_realistic(ready.dossier)
    ready.dossier.feed(at=NOW - timedelta(days=12), title="Ordonnance renouvelée", replaces=fed["old"].entry_uuid)
    archived = {"availability_status": AvailabilityStatus.ARCHIVED, "title": "Vaccination antitétanique"}
    ready.dossier.feed(at=NOW - timedelta(days=900), **archived)
    consultations.open_record(ready.access)
    consultations.search(ready.access, DocumentCriteria(statuses=EVERY_STATUS))
    client = Client()
    login(client, ready.account, ready.access.proof)

    def opened(query: str, width: int) -> Page:
        context = new_context(browser, width=width, dark=False)
        put_session(context, live_server.url, client.session.session_key or "")
        page: Page = context.new_page()
        page.goto(f"{live_server.url}/patients/{ready.patient.pk}/{query}")
        return page

    yield opened
    for context in browser.contexts:
        context.close()


def look(page: Page, name: str) -> None:
    shot(page, name)
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


@pytest.mark.parametrize("width", [1440, 390])
def test_every_badge_is_on_its_document_in_words(open_page: Any, width: int) -> None:
    page = open_page("?periode=tout&aussi=archives&aussi=anciennes", width)
    for title, badges in BADGES.items():
        line = page.locator("[data-rows] li").filter(has_text=title)
        assert [" ".join(text.split()[1:]) for text in line.locator(".badge").all_inner_texts()] == list(badges), title
    look(page, f"badges-{width}")


def test_warnings_are_read_before_the_document_and_an_old_version_leads_to_the_newer(open_page: Any) -> None:
    page = open_page("?periode=tout&aussi=anciennes", 1440)
    for title, warning in (("Lettre de liaison", WARN_PATIENT), ("Séjour en pédiatrie", WARN_REPRESENTATIVES)):
        page.get_by_role("link", name=title).first.click()
        expect(page.locator("#apercu")).to_contain_text(warning)
    page.get_by_role("link", name="Ancienne ordonnance").first.click()
    page.locator("#apercu").get_by_role("link", name="version plus récente").click()
    expect(page.locator("#apercu h2")).to_have_text("Ordonnance renouvelée")


def test_the_presets_and_a_filter_of_ones_own(open_page: Any) -> None:
    page = open_page("", 1440)
    expect(page.get_by_text("24 derniers mois ✕")).to_be_visible()
    expect(page.get_by_text("Vaccination antitétanique")).to_have_count(0)
    page.get_by_label("Non visibles des représentants légaux").check()
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("heading", name="Documents (1)")).to_be_visible()
    page.get_by_text("Mes filtres (0)").click()
    page.get_by_label("Nom du filtre en cours").fill("Secret du mineur")
    page.get_by_role("button", name="Enregistrer ce filtre").click()
    page.get_by_role("link", name="Effacer").click()
    page.get_by_role("link", name="Secret du mineur").click()
    expect(page.get_by_role("heading", name="Documents (1)")).to_be_visible()
    expect(page.locator("[data-rows]")).to_contain_text("Séjour en pédiatrie")
    look(page, "personal-filter")


def test_the_care_team_is_one_click_from_the_record(open_page: Any, ready: Ready) -> None:
    colleague = make_account(ready.account.legal_entity, family_name="Marchand", given_name="Paule")
    page = open_page("", 390)
    page.get_by_role("link", name="Équipe de soins").click()
    look(page, "care-team-empty")
    page.get_by_label("Numéro RPPS").fill(colleague.login)
    page.get_by_role("button", name="Nommer dans l’équipe de soins").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("professionnel nommé")
    look(page, "care-team")


def test_a_cda_reads_on_a_telephone_and_the_record_on_paper(open_page: Any, tmp_path: Path) -> None:
    page = open_page("?periode=tout", 390)
    page.get_by_role("link", name="NFS, ionogramme").first.click()
    page.get_by_role("button", name="Lire", exact=True).click()
    page.wait_for_selector("#apercu a:has-text('Télécharger')")
    body = page.frame_locator("iframe.document").locator("body")
    expect(body).to_contain_text("Hémoglobine")
    assert body.evaluate("node => node.ownerDocument.documentElement.scrollWidth <= innerWidth"), "the CDA is cut"
    look(page, "cda-390")
    paper = page.pdf(format="A4")
    (Path(os.environ.get("TRAMONTANE_SHOTS") or tmp_path) / "record.pdf").write_bytes(paper)
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in pypdfium2.PdfDocument(io.BytesIO(paper)))
    assert "NFS, ionogramme" in text
    for control in ("Lire la sélection", "Trier par", "Tout afficher", "Filtrer", "Actualiser"):
        assert control not in text, f"{control}: nobody presses paper"
