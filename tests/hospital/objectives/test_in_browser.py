"""The board in a real Chromium: what a director sees, what a screen reader hears, what the printer gives."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.hospital import login, make_legal_entity
from support.objectives_scene import make_scene

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]
PAGES = (
    ("tableau", "?mois=2026-06"),
    ("a-ce-jour", ""),
    ("detail", "detail/2.1/?mois=2026-06"),
    ("mouvements", "detail/1.2/?mois=2026-06"),
    ("releves", "releves/"),
    ("preuves", "preuves/2027/"),
    ("calendrier", "calendrier/"),
    ("groupe", "groupe/"),
    ("parametres", "parametres/"),
)


def look(page: Page, name: str) -> None:
    """Wide and light, then narrow and dark: nothing overflows, axe finds nothing (the harder of the two)."""
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        shot(page, f"{name}-{width}-{scheme}")
        assert width == 1440 or violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: {width}"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_director_reads_the_board_closes_a_month_and_opens_her_figures(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    scene = make_scene(monkeypatch, closed=6, users=16, patients=120)
    make_legal_entity(finess_juridique="690099999", name="Centre hospitalier voisin")
    client = Client()
    login(client, scene.account)
    with chromium() as browser:
        page = new_context(browser).new_page()
        put_session(page.context, live_server.url, client.session.session_key or "")
        for name, path in PAGES:
            page.goto(f"{live_server.url}/objectifs/{path}")
            look(page, name)
        page.goto(f"{live_server.url}/objectifs/?mois=2026-06")
        page.emulate_media(media="print")
        shot(page, "tableau-papier")
        page.emulate_media(media="screen")
        expect(page.get_by_role("img", name="Utilisateurs habilités qui ont consulté")).to_be_visible()
        page.get_by_text("Voir en tableau").last.click()
        expect(page.get_by_role("table", name="Utilisateurs habilités qui ont consulté, par mois")).to_be_visible()
        page.get_by_role("link", name="2.2").first.click()
        expect(page.get_by_role("heading", level=2, name="Par service")).to_be_visible()
        page.get_by_role("link", name="2028", exact=True).click()
        expect(page.locator("h1")).to_contain_text("cible 60")
        page.get_by_role("link", name="Groupe").click()
        page.get_by_label("FINESS juridique").fill("690099999")
        page.get_by_role("button", name="Ouvrir nos chiffres").click()
        expect(page.get_by_text("Centre hospitalier voisin, depuis")).to_be_visible()
        page.get_by_role("link", name="Relevés").click()
        page.locator("summary", has_text="Corriger").first.click()
        page.get_by_label("Motif de la correction").first.fill("Venues saisies après coup")
        page.get_by_role("button", name="Refaire ce relevé").first.click()
        expect(page.get_by_text("Correction : Venues saisies après coup")).to_be_visible()
        look(page, "releves-corriges")
