"""The facts of a month: « so far » while it runs, whole once it is over. The only reader of the registers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import ReadingChoice
from tramontane.hospital.objectives.selectors import registers
from tramontane.hospital.objectives.selectors.flow import Window, count
from tramontane.hospital.objectives.selectors.people import members
from tramontane.rules.objectives import MonthFacts, reading
from tramontane.rules.objectives.periods import PARIS, bounds, key_of


def gather(entity: LegalEntity, month: date, at: datetime) -> MonthFacts:
    """Read everything now.

    Args:
        month: any day of it.
        at: aware; inside the month, the facts are those so far.
    """
    start, end = bounds(month)
    until = min(end, at)
    window = Window(start, until, at, reading_of(entity))
    day = (until - timedelta(microseconds=1)).astimezone(PARIS).date()
    with _not_compiled():
        counted = count(entity, window)
        return MonthFacts(
            month=key_of(month),
            day=day,
            members=members(entity, start, until),
            flows=counted.flows,
            movements=registers.movements(entity, start, until, at),
            capability=registers.capability(entity, day),
            readiness=registers.readiness(entity, until, counted.patients, counted.qualified),
            services=registers.service_names(entity),
            reading=window.reading,
        )


@contextmanager
def _not_compiled() -> Iterator[None]:
    """Keep PostgreSQL from compiling a plan whose cost it overrates: up to seconds, for a query of a tenth of one.

    Not on SQLite: there a transaction would take the write lock.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
        yield


def reading_of(entity: LegalEntity) -> dict[str, str]:
    """Every parameter with the value in force: the last chosen, else the default."""
    rows = ReadingChoice.objects.filter(legal_entity=entity).order_by("pk").values_list("parameter", "value")
    return reading(dict(rows))
