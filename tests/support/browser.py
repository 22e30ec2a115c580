"""A real Chromium against the live server: passkeys by its virtual authenticator, axe, screenshots."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from django.conf import settings
from playwright.sync_api import BrowserContext, CDPSession, Error, Page, expect, sync_playwright

# The content security policy forbids inline scripts; axe is injected by the debugging protocol, past the policy.
_OPTIONS = {"bypass_csp": True, "locale": "fr-FR", "timezone_id": "Europe/Paris"}
# Milliseconds; the machine that runs these tests may be busy with others.
_PATIENCE = 60_000


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium. Django refuses database work in a thread with a running loop; Playwright runs one."""
    expect.set_options(timeout=_PATIENCE)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def new_context(browser: Any, *, width: int = 1440, dark: bool = False) -> BrowserContext:
    """A browser profile of its own."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **_OPTIONS
    )
    context.set_default_timeout(_PATIENCE)
    return context


def virtual_authenticator(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """A platform authenticator with resident keys, that touches itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    answer = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(answer["authenticatorId"])


def put_session(context: BrowserContext, base_url: str, key: str) -> None:
    """Give the browser the session that `support.hospital.login` opened."""
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": base_url}])


def violations(page: Page) -> list[str]:
    """What axe finds wrong: rule, and the first element."""
    page.wait_for_load_state()
    try:
        found = Axe().run(page).response["violations"]
    except Error:  # the document was left while axe walked it, after a click that navigates: judge the one that came
        page.wait_for_load_state()
        found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in found]


def shot(page: Page, name: str) -> None:
    """A whole-page screenshot, when a directory is given for them (TRAMONTANE_SHOTS)."""
    directory = os.environ.get("TRAMONTANE_SHOTS")
    if directory:
        Path(directory).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{directory}/{name}.png", full_page=True)
