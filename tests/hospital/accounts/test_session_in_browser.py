"""In a real browser: the end of a session is said before it comes, and what was typed is given back to the same person only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.hospital import login, make_account, make_legal_entity, make_rpps
from tramontane.hospital import clock
from tramontane.hospital.accounts import sessions
from tramontane.hospital.accounts.models import Account, Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs("chromium")]
IDLE = settings.ENVIRONMENT.session_idle_minutes


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = new_context(browser)
    opened = context.new_page()
    opened.clock.install()
    yield opened
    context.close()


def sit_down(page: Page, site: str, account: Account) -> str:
    """A new session in this browser; its key."""
    client = Client()
    login(client, account)
    key = str(client.session.session_key)
    put_session(page.context, site, key)
    return key


def rest(key: str, minutes: float) -> None:
    """Nobody asked anything for so long."""
    kept = SessionStore(key)
    kept[sessions.SEEN] = (clock.now() - timedelta(minutes=minutes)).isoformat()
    kept.save()


def come_back(page: Page) -> None:
    """The tab is looked at again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def make_manager() -> Account:
    return make_account(make_legal_entity(), roles=(Role.ACCOUNT_MANAGER,))


def test_what_was_typed_survives_the_session_for_the_same_person_only(page: Page, live_server: Any) -> None:
    manager = make_manager()
    colleague = make_account(manager.legal_entity, roles=(Role.ACCOUNT_MANAGER,))
    key = sit_down(page, live_server.url, manager)
    page.goto(f"{live_server.url}/comptes/nouveau/")
    for label, value in {"Nom": "Durand", "Prénom": "Zoé", "Identifiant": "zdurand"}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Numéro RPPS").fill(make_rpps())

    rest(key, IDLE - 1)
    page.clock.fast_forward((IDLE - 1) * 60_000)
    soon = page.get_by_role("dialog", name="Votre session va se fermer")
    expect(soon).to_contain_text("elle se fermera à")
    expect(soon.get_by_role("button", name="Rester connecté")).to_be_focused()
    shot(page, "session-bientot")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(soon).to_be_hidden()
    assert clock.now() - sessions.instant(SessionStore(key), sessions.SEEN) < timedelta(minutes=IDLE - 2)  # type: ignore[operator]

    rest(key, IDLE + 1)
    come_back(page)
    closed = page.get_by_role("dialog", name="Votre session est fermée")
    expect(closed).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    expect(page).to_have_title("Session fermée")
    expect(closed.get_by_role("link", name="Me reconnecter")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(closed).to_be_visible()
    shot(page, "session-fermee")
    assert violations(page) == []
    closed.get_by_role("button", name="Reprendre").click()
    expect(closed).to_contain_text("pas encore reconnecté")

    sit_down(page, live_server.url, colleague)
    come_back(page)
    expect(closed).to_contain_text("Une autre personne est maintenant connectée")
    expect(page.locator("main")).to_be_hidden()

    sit_down(page, live_server.url, manager)
    come_back(page)
    expect(closed).to_be_hidden()
    expect(page.get_by_label("Prénom", exact=True)).to_have_value("Zoé")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Durand")
    assert Account.objects.filter(login="zdurand").exists()


def test_a_page_where_nothing_was_typed_leaves_the_screen_and_comes_back_to_its_person(
    page: Page, live_server: Any
) -> None:
    key = sit_down(page, live_server.url, make_manager())
    page.goto(f"{live_server.url}/comptes/?q=a")
    rest(key, IDLE + 1)
    page.clock.fast_forward(IDLE * 60_000)
    page.wait_for_url("**/connexion/?suite=%2Fcomptes%2F%3Fq%3Da%23*")
    expect(page.get_by_text("période sans activité")).to_be_visible()
