"""Every append-only table of the hospital application, for the tests that empty their database."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

from django.db.backends.base.base import BaseDatabaseWrapper

import tramontane.hospital


def close(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers, as the migrations do, with their own words."""
    for migration in _migrations():
        migration.install(None, SimpleNamespace(connection=connection))


def open_up(connection: BaseDatabaseWrapper) -> None:
    """Remove them: the tables can be emptied."""
    for migration in _migrations():
        migration.remove(None, SimpleNamespace(connection=connection))


def _migrations() -> list[ModuleType]:
    hospital = Path(tramontane.hospital.__file__).parent
    paths = sorted(hospital.glob("*/migrations/*append_only.py"))
    return [import_module(f"tramontane.hospital.{path.parts[-3]}.migrations.{path.stem}") for path in paths]
