"""The double in place of the client, and a consultation where everything holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.consultation import Ready, make_ready, play_double
from support.dmp_double import World
from tramontane.hospital.consultations.gateway import clients


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    play_double(monkeypatch, world)
    yield world
    clients.close_all()


@pytest.fixture
def ready(db: None, world: World) -> Ready:
    return make_ready(world)
