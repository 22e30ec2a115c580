"""A professional before a record that she may read, the DMP played by the double, and a browser session of hers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from support.consultation import Ready, make_ready, play_double
from support.dmp_double import World
from support.hospital import login
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.gateway import clients


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    play_double(monkeypatch, world)
    yield world
    clients.close_all()


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ready(db: None, world: World) -> Ready:
    return make_ready(world)


@dataclass
class Desk:
    """The professional's browser on the record."""

    client: Client
    ready: Ready

    @property
    def url(self) -> str:
        return f"/patients/{self.ready.patient.pk}/"

    @property
    def session_key(self) -> str:
        return self.client.session.session_key or ""

    def text(self, query: str = "", **headers: str) -> str:
        return self.client.get(self.url + query, headers=headers).content.decode()

    def open(self) -> None:
        """Open the record: the DMP answers, the list is known."""
        consultations.open_record(self.ready.access)

    def read(self, *unique_ids: str, query: str = ""):
        return self.client.post(f"{self.url}dmp/lire/{query}", {"document": unique_ids})


@pytest.fixture
def desk(ready: Ready) -> Desk:
    client = Client()
    login(client, ready.account, ready.access.proof)
    return Desk(client, ready)
