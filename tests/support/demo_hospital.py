"""`tramontane demo` left open, as a visitor has it, and its people in front of a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Page, expect

from support.browser import new_context
from tramontane.demo.hospital_seeding.personas import PASSPHRASE, totp_secret

SEED = 2026
PROGRAM = str(Path(sys.executable).with_name("tramontane"))
# An open demo's address, to write tests without waiting for it to start; tests change its data.
OPEN_DEMO = "TRAMONTANE_OPEN_DEMO"


@contextmanager
def open_demo(directory: Path) -> Iterator[str]:
    """Run `tramontane demo`, give the application's address once everything is up, and stop it with Ctrl-C."""
    if os.environ.get(OPEN_DEMO):
        yield os.environ[OPEN_DEMO]
        return
    command = [PROGRAM, "demo", "--repertoire", str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        said = ""
        for line in demo.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        # The demo opens the pages of the national stand-in too: the application is the one it names so.
        found = re.search(r"^\s*Application de l.hôpital\s:\s(http://localhost:\d+)", said, re.MULTILINE)
        assert found is not None, said
        try:
            yield found[1]
        finally:
            demo.terminate()
            demo.communicate(timeout=120)


@dataclass
class Codes:
    """Codes of an authentication application, each used once: the next one is already good (RFC 6238 §5.2)."""

    last: dict[str, int] = field(default_factory=dict)

    def of(self, secret: str) -> str:
        """A code nobody used yet."""
        step = max(int(time.time()) // 30, self.last.get(secret, 0) + 1)
        while step > time.time() // 30 + 1:
            time.sleep(1)
        self.last[secret] = step
        return pyotp.TOTP(secret).at(step * 30)


CODES = Codes()


@dataclass(frozen=True)
class Desk:
    """One person, one browser profile."""

    page: Page
    url: str

    @classmethod
    def open(cls, browser: Any, url: str, **options: Any) -> Desk:
        """A browser that nobody used."""
        return cls(new_context(browser, **options).new_page(), url)

    def go(self, path: str) -> Page:
        """A page of the application."""
        self.page.goto(self.url + path)
        return self.page

    def log_in(self, login: str) -> Page:
        """Passphrase, then the code of the authentication application."""
        self.give_password(login, PASSPHRASE)
        self.page.get_by_label("Code à 6 chiffres").fill(CODES.of(totp_secret(SEED, login)))
        self.page.get_by_role("button", name="Se connecter").click()
        expect(self.page).not_to_have_url(re.compile("/connexion/"))
        return self.page

    def give_password(self, login: str, password: str) -> None:
        """The first step of a login."""
        self.go("/connexion/")
        self.page.get_by_label("Identifiant").fill(login)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.get_by_role("button", name="Continuer").click()

    def open_patient(self, name: str) -> Page:
        """From the list of patients, by name."""
        self.go("/patients/?services=tous")
        self.page.get_by_label("Rechercher").fill(name)
        self.page.get_by_role("button", name="Rechercher").click()
        self.page.get_by_role("row").filter(has_text=name).get_by_role("link").click()
        return self.page

    def close(self) -> None:
        """Leave."""
        self.page.context.close()
