"""The record in a real Chromium: what shows, what the keyboard does, what a hostile document cannot do; axe on each state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import Ready
from support.hospital import login
from support.record_scene import feed_realistic
from tramontane.hospital.consultations import services as consultations

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@dataclass
class Eyes:
    """A browser on the record, and what it looks at."""

    browser: Any
    base: str
    ready: Ready
    key: str

    def page(self, path: str = "", **context: Any) -> Page:
        profile = new_context(self.browser, **context)
        put_session(profile, self.base, self.key)
        page = profile.new_page()
        page.goto(f"{self.base}/patients/{self.ready.patient.pk}/{path}")
        return page

    def look(self, name: str, path: str = "", *, widths: tuple[int, ...] = (1440, 1024, 390)) -> None:
        """Screenshots in every width, light and dark; axe finds nothing; nothing overflows sideways."""
        for width in widths:
            for dark in (False, True):
                page = self.page(path, width=width, dark=dark)
                page.wait_for_load_state("networkidle")
                shot(page, f"{name}-{width}{'-dark' if dark else ''}")
                assert violations(page) == [], name
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                    f"{name}: overflows at {width}"
                )
                page.context.close()


@pytest.fixture
def eyes(browser: Any, live_server: Any, ready: Ready) -> Eyes:
    client = Client()
    login(client, ready.account, ready.access.proof)
    return Eyes(browser, live_server.url, ready, client.session.session_key or "")


def test_the_list_opens_by_itself_and_reads_by_keyboard(eyes: Eyes) -> None:
    feed_realistic(eyes.ready.dossier)
    page = eyes.page()
    expect(page.get_by_text("DMP ouvert")).to_be_visible()
    expect(page.get_by_role("heading", name="Documents (11)")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Scanner thoracique sans injection")).to_be_visible()
    assert eyes.ready.world.transactions == ["TD0.2", "TD3.1"]
    page.keyboard.press("l")
    expect(page.get_by_role("link", name="Ouvrir le PDF")).to_be_visible()
    assert eyes.ready.world.transactions == ["TD0.2", "TD3.1", "TD3.2"]
    page.keyboard.press("c")
    expect(page.get_by_label("Dossier proposé d’après le type")).to_be_visible()
    shot(page, "filing-open")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Classer", exact=True).click()
    expect(page.get_by_text("Document classé sous « Imagerie / Comptes rendus ».")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
    page.keyboard.press("Escape")
    page.context.close()


def test_the_list_in_every_width(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    eyes.look("list", f"?doc={entries['hidden'].unique_id}")
    eyes.look("list-filtered", "?periode=tout&type=57833-6&aussi=anciennes&q=ordonnance&tri=type", widths=(1440, 390))
    eyes.look("list-no-match", "?q=introuvable", widths=(1440,))
