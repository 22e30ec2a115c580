"""The page face as a real process beside a `NationalServer`, over TLS, and browsers in front of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from support.national_server import NationalServer, free_port
from tramontane.demo.pki import Credentials
from tramontane.national.pages.serving import Pages, command
from tramontane.national.server import Tls

_READY_SECONDS = 180.0


@contextmanager
def serving_pages(national: NationalServer, *, workers: int = 1) -> Iterator[str]:
    """The address of the pages of this installation, with personas; stopped on leaving."""
    port, log = free_port(), national.directory / "pages.log"
    files = ("server.pem", "server.key", "anchors.pem", "intermediates.pem", "crls.pem")
    pages = Pages(port=port, workers=workers, unsafe_personas=True)
    tls = Tls(*(national.directory / name for name in files))
    arguments = command(pages, tls=tls, data_directory=national.data, database_url=national.database_url)
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, *arguments], env=national.environment, stdout=output, stderr=output)
    try:
        _wait(national, process, port)
        yield f"https://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(national: NationalServer, process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (national.directory / "pages.log").read_text()
        connection = national.connect(national.client_context(None))
        connection.port = port
        try:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise TimeoutError((national.directory / "pages.log").read_text())


def open_page(
    browser: Any, url: str, *, card: Credentials | None = None, width: int = 1440, dark: bool = False
) -> Page:
    """A browser of its own, with a card inserted or not. Its own trust in the server is not what is tested here."""
    presented = {"origin": url, "cert": card.certificate_pem, "key": card.key_pem()} if card else None
    context = browser.new_context(
        ignore_https_errors=True,
        bypass_csp=True,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        **({"client_certificates": [presented]} if presented else {}),
    )
    context.set_default_timeout(60_000)
    page: Page = context.new_page()
    page.goto(f"{url}/connexion/")
    return page


def as_persona(page: Page, value: str, *, named: str = "") -> Page:
    """Log in as a persona of the login page: the start of its value, after a search when a name is given."""
    if named:
        page.get_by_label("Nom du patient").fill(named)
        page.get_by_role("button", name="Chercher").click()
    page.locator(f'button[value^="{value}"]').first.click()
    return page
