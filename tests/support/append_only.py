"""Every append-only table of the hospital application, for the tests that empty their database."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from tramontane.hospital.homologation.models import APPEND_ONLY, APPEND_ONLY_SINCE_REGISTERS
from tramontane.hospital.objectives.models import APPEND_ONLY as STATEMENTS
from tramontane.hospital.traces import append_only

EVERY_TABLE = (*append_only.TABLES, *APPEND_ONLY, *APPEND_ONLY_SINCE_REGISTERS, *STATEMENTS)


def close(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers."""
    append_only.run(connection, append_only.statements(connection.vendor, EVERY_TABLE))


def open_up(connection: BaseDatabaseWrapper) -> None:
    """Remove them: the tables can be emptied."""
    append_only.run(connection, append_only.removal(connection.vendor, EVERY_TABLE))
