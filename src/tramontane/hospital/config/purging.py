"""Traces whose retention is over (EX_AIR-100): what is due, and its destruction, one legal entity at a time.

The day a DMP was closed is known from the last TD0.2 answer about its patient. A DMP closed that nobody asked about since
is not known as closed: its traces are kept, which the rule allows to notice and nothing here decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.consultations.models import DmpState
from tramontane.hospital.traces import retention
from tramontane.hospital.traces.models import Trace


@dataclass(frozen=True, slots=True)
class Due:
    """One patient's traces, to be destroyed."""

    ins: str
    closed_on: date
    due_on: date
    traces: int


def due(entity: LegalEntity, today: date) -> Iterator[Due]:
    """The patients of an entity whose DMP was closed long enough ago, and how many traces they still have."""
    rule = retention.rule("EX_AIR-100")
    for ins, closed_on in _closed(entity):
        ends = rule.ends(closed_on)
        count = Trace.objects.filter(finess_juridique=entity.finess_juridique, ins=ins).count()
        if ends <= today and count:
            yield Due(ins, closed_on, ends, count)


def purge(entity: LegalEntity, today: date, decided_by: str) -> int:
    """Destroy what is due. Returns how many traces; the decision stays, row by row."""
    found = list(due(entity, today))
    return sum(retention.destroy(entity.finess_juridique, one.ins, one.closed_on, decided_by, today) for one in found)


def _closed(entity: LegalEntity) -> Iterator[tuple[str, date]]:
    """The INS of each patient whose last known answer says « closed on »: an older answer of somebody else says nothing."""
    states = DmpState.objects.filter(patient__legal_entity=entity).exclude(patient__ins="")
    latest: dict[str, DmpState] = {}
    for state in states.select_related("patient").order_by("checked_at").iterator():
        latest[state.patient.ins] = state
    for ins, state in latest.items():
        closed_on = state.detail.get("closing_date")
        if not state.open and closed_on:
            yield ins, date.fromisoformat(closed_on)
