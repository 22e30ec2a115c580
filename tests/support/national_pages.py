"""The page face in the test process: its settings over the suite's, people of the stand-in, cards of the test PKI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.test import Client, override_settings

from support.pki import pki
from tramontane.demo.pki import Credentials, Profile
from tramontane.demo.pki import Person as CardHolder
from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import LegalEntity, PatientRecord
from tramontane.national.pages.contract_rules import Declaration
from tramontane.national.pages.roles import Person, Role
from tramontane.national.pages.services.enrolment import enrol_unsafe_persona

NOW = datetime.now(UTC)
_OWN = (
    "ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES", "UI", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "CSRF_USE_SESSIONS", "CSRF_FAILURE_VIEW", "MESSAGE_STORAGE", "CONTENT_SECURITY_POLICY", "NATIONAL_ACCENT",
)  # fmt: skip


@contextmanager
def page_settings(directory: Path, **changes: Any) -> Iterator[None]:
    """The suite's settings, with the pages in front."""
    os.environ.setdefault("TRAMONTANE_NATIONAL_DATA", str(directory))
    from tramontane.national.pages import settings as pages

    own = {name: getattr(pages, name) for name in _OWN}
    own["ALLOWED_HOSTS"] = ["testserver"]
    own |= {"NATIONAL_UNSAFE_PERSONAS": True, "NATIONAL_OFFICERS": frozenset(), "NATIONAL_OPERATORS": frozenset()}
    with override_settings(**(own | changes)):
        yield


def representative(legal_entity: str) -> Person:
    """Whoever signs for a legal entity."""
    row = enrol_unsafe_persona(LegalEntity.objects.get(pk=legal_entity), NOW)
    return Person(Role.REPRESENTATIVE, str(row), "test", representative=row)


def officer() -> Person:
    """An officer of the CNAM."""
    return Person(Role.CNAM_OFFICER, "Agent de contrôle", "test")


def operator() -> Person:
    """Whoever operates the stand-in."""
    return Person(Role.OPERATOR, "Opérateur", "test")


def patient(ins: str, *, guardian_of: str = "") -> Person:
    """A patient; with `guardian_of`, she looks at the record of a child."""
    own = PatientRecord.objects.get(ins=ins)
    viewed = PatientRecord.objects.get(ins=guardian_of) if guardian_of else own
    return Person(Role.PATIENT, "Dominique Pat-Trois", "test", patient=own, viewed=viewed)


def declaration(*, days_ago: int = 10, months: int = 24) -> Declaration:
    """An auto-homologation."""
    return Declaration(NOW.astimezone(FRANCE).date() - timedelta(days=days_ago), months, "V1.0")


@cache
def card(identity: str, surname: str = "FICTIF", given_name: str = "CAMILLE") -> Credentials:
    """A card for authentication: CN is the PS_IdNat."""
    return pki().demo.issue_cps(CardHolder(identity, surname, given_name), Profile.AUTH_CLI)


def logged_in(value: str) -> Client:
    """A browser, logged in as a persona: `officer:`, `operator:`, `representative:<FINESS>` or `patient:<pk>`."""
    client = Client()
    answer = client.post("/connexion/personnage/", {"personnage": value})
    assert answer.status_code == 302, answer.content.decode()
    return client
