"""The panel in a real Chromium: inside the record system's page, and nowhere else; axe on each of its states."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import Ready
from support.hospital import login, make_account
from support.record_scene import feed_realistic
from support.record_system import make_record_system
from tramontane.hospital.accounts.models import Role

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def framing() -> Iterator[Any]:
    """The record system's server: `page(url)` gives the address of a page of its own that frames `url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>DPI</title><iframe title="DMP" src="{framed[-1]}" width="900" height="600"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: Any) -> None:
            pass

    framed: list[str] = []
    server = HTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://localhost:{server.server_port}", framed
    server.shutdown()


@pytest.fixture
def launched(browser: Any, live_server: Any, ready: Ready, settings: Any, framing: Any) -> Any:
    """`launched(origin)` gives a browser profile with the user's session, and a fresh launch link."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, base_url=live_server.url)
    client = Client()
    login(client, ready.account, ready.access.proof)

    def launch(origin: str, *, session: bool = True, as_is: bool = True) -> tuple[Any, str]:
        _, signer = make_record_system(ready.account.legal_entity, origin=origin)
        profile = browser.new_context() if as_is else new_context(browser)
        if session:
            put_session(profile, live_server.url, client.session.session_key or "")
        return profile, f"{live_server.url}/lancement/?jeton={signer.link(ready.account, ready.patient)}"

    return launch


def test_the_record_system_shows_the_panel_in_its_own_page(launched, framing, ready):
    feed_realistic(ready.dossier)
    origin, framed = framing
    profile, link = launched(origin)
    framed.append(link)
    page = profile.new_page()
    page.goto(origin)
    panel = page.frame_locator("iframe")
    expect(panel.get_by_text(ready.patient.birth_name).first).to_be_visible()
    expect(panel.locator("#documents table")).to_be_visible()
    assert panel.locator("header.topbar").count() == 0
    shot(page, "panel-framed")


def test_another_page_gets_nothing_in_its_frame(launched, framing, ready):
    origin, framed = framing
    profile, link = launched("https://dpi.exemple.test")
    framed.append(link)
    page = profile.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(origin)
    assert page.frame_locator("iframe").get_by_text(ready.patient.birth_name).count() == 0
    assert ready.world.asked == []


@pytest.mark.parametrize("session", [True, False])
def test_the_panel_and_its_gate_are_readable_by_all(launched, ready, session):
    feed_realistic(ready.dossier)
    profile, link = launched("", session=session, as_is=False)
    page = profile.new_page()
    page.goto(link)
    page.wait_for_load_state("networkidle")
    shot(page, "panel" if session else "panel-gate")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    shot(page, "panel-320" if session else "panel-gate-320")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_registry_is_readable_by_all(browser, live_server, ready):
    make_record_system(ready.account.legal_entity)
    client = Client()
    login(client, make_account(ready.account.legal_entity, roles=(Role.RSSI,)))
    profile = new_context(browser)
    put_session(profile, live_server.url, client.session.session_key or "")
    page = profile.new_page()
    page.goto(f"{live_server.url}/rssi/logiciels/")
    shot(page, "record-systems")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
