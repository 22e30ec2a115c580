"""The end of retention: traces of a patient destroyed ten years after their DMP was closed (EX_AIR-100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml
from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.traces.models import PurgedTrace, Trace


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A rule as data: what it covers, for how long, after what."""

    code: str
    sentence: str
    covers: str
    years: int
    after: str

    def ends(self, start: date) -> date:
        """The day from which destruction is due. 29 February becomes 1 March."""
        try:
            return start.replace(year=start.year + self.years)
        except ValueError:
            return date(start.year + self.years, 3, 1)


@cache
def rules() -> tuple[RetentionRule, ...]:
    """The rules of this version."""
    text = (resources.files("tramontane.hospital.traces") / "data" / "retention.yaml").read_text(encoding="utf-8")
    return tuple(RetentionRule(**rule) for rule in yaml.safe_load(text)["rules"])


def rule(code: str) -> RetentionRule:
    """The rule of this code.

    Raises:
        StopIteration: there is none.
    """
    return next(one for one in rules() if one.code == code)


def destroy(finess_juridique: str, ins: str, dmp_closed_on: date, decided_by: str, today: date) -> int:
    """Destroy the traces that an entity keeps of a patient, once their retention is over. Returns how many; what was
    decided stays, row by row.

    Raises:
        ValueError: it is not over, or there is no INS.
    """
    applied = rule("EX_AIR-100")
    if not ins or today < applied.ends(dmp_closed_on):
        raise ValueError(f"{applied.sentence} Échéance : {applied.ends(dmp_closed_on):%d/%m/%Y}.")
    now = clock.now()
    with transaction.atomic():
        doomed = Trace.objects.filter(finess_juridique=finess_juridique, ins=ins)
        PurgedTrace.objects.bulk_create(
            PurgedTrace(trace_id=pk, rule=applied.code, decided_by=decided_by, decided_at=now)
            for pk in doomed.values_list("pk", flat=True)
        )
        deleted, _ = doomed.delete()
    return deleted
