"""No page fails, leads elsewhere or repeats as code what is written in its address: every GET of the table of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from support.addresses import ADDRESSES, Address
from support.consultation import play_double
from support.dmp_double import World
from support.tenants import OURS, Tenant, make_tenant
from support.walking import in_address, text_of, undone
from tramontane.hospital.consultations.gateway import clients

pytestmark = pytest.mark.django_db

# What pages read in a query string.
NAMES = (
    "_count", "_offset", "annee", "au", "aussi", "auteur", "confirmer", "count", "date", "dimension", "doc", "du", "entete",
    "envoi", "etat", "exception", "exigence", "filter", "fin", "identifier", "jeton", "jour", "liste", "mois", "onglet",
    "ouvrir", "page", "patient.identifier", "periode", "profession", "q", "recherche", "responsable", "secret", "service",
    "services", "seulement", "startIndex", "status", "suite", "tri", "type", "vue", "zoom",
)  # fmt: skip
FEW = ("2026-02-31", "9999-12-31", "//evil.test\0")
MANY = (
    *FEW, "", "-1", "0", "0000-00", "0001", "0001-01", "0001-01-01", "9999", "9999-12", "99999", "9" * 25, "9" * 5000, "٣", "²",
    "inf", "NaN", "%", "[(*+?", "a" * 3000, "'\"><script>x</script>", "a b\r\nX-Evil: 1", "https://evil.test/",
    "\\\\evil.test", "javascript:alert(1)", "urn:oid:1.2|\0", 'userName eq "\0"',
)  # fmt: skip


@pytest.fixture
def ours(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Tenant]:
    """An entity that has one of everything."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    world = World()
    play_double(monkeypatch, world)
    tenant = make_tenant(world, OURS)
    yield tenant
    clients.close_all()


def test_no_page_fails_for_what_its_address_says(ours: Tenant) -> None:
    walk(ours, FEW)


@pytest.mark.campaign
def test_no_page_fails_for_anything_its_address_says(ours: Tenant) -> None:
    walk(ours, MANY)


def walk(ours: Tenant, values: tuple[str, ...]) -> None:
    """Every address, with every name of a query string at each of these values."""
    for name, address in ADDRESSES.items():
        path = reverse(name, **in_address(address, ours.named))
        for value in values:
            require_calm(ours, name, address, path, value)


def test_a_number_that_no_row_can_have_is_that_of_nobody(ours: Tenant) -> None:
    beyond = {word: 10**20 if isinstance(value, int) else value for word, value in ours.named.items()}
    for name, address in ADDRESSES.items():
        numbers = [word for word in address.words if isinstance(ours.named[word], int)]
        if numbers:
            answer = require_calm(ours, name, address, reverse(name, **in_address(address, beyond)), "1")
            assert answer.status_code in (302, 403, 404, 405), name


def require_calm(ours: Tenant, name: str, address: Address, path: str, value: str) -> Any:
    """The answer to `path` with this value everywhere; an exception of a view is one of this function."""
    headers = {"Authorization": f"Bearer {OURS}"} if address.scim else {}
    with undone():
        ours.everyone.sit_down()
        answer = ours.everyone.get(path, dict.fromkeys(NAMES, value), headers=headers)
        assert answer.status_code < 500, name
        assert "evil.test" not in answer.headers.get("Location", "").partition("?")[0], name
        assert "X-Evil" not in answer.headers, name
        assert "<script>x" not in text_of(answer), name
    return answer
