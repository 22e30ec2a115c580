"""The double in place of the client, and a consultation where everything holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from support.consultation import Ready, make_ready, play_double
from support.dmp_double import World
from tramontane.dmp.xds import DocumentEntry
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.consultations.selectors import shown_entries
from tramontane.hospital.documents import selectors
from tramontane.hospital.patients.models import Patient


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    play_double(monkeypatch, world)
    yield world
    clients.close_all()


@pytest.fixture
def ready(db: None, world: World) -> Ready:
    return make_ready(world)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Collection[str]]:
    """The unique_ids of the entries that each page of a list decoded."""
    asked: list[Collection[str]] = []

    def spy(account: Account, patient: Patient, unique_ids: Collection[str]) -> dict[str, DocumentEntry]:
        asked.append(unique_ids)
        return shown_entries(account, patient, unique_ids)

    monkeypatch.setattr(selectors, "shown_entries", spy)
    return asked
