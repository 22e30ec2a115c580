"""Closing a month: once, from traces that are all sealed; a mistake is corrected by another statement.

A trace takes its instant inside its transaction, under the lock that the sealer waits for (`traces.locks`). So once a
seal is made after midnight, no trace of the month that ended can still appear: what is read is the whole month.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.models.statements import SEALED
from tramontane.hospital.objectives.selectors.facts import gather
from tramontane.hospital.objectives.selectors.statements import latest
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Seal, Trace
from tramontane.hospital.traces.services import record
from tramontane.rules.homologation import add_months
from tramontane.rules.objectives import figures
from tramontane.rules.objectives.periods import bounds, key_of, month_of


@dataclass(frozen=True, slots=True)
class Range:
    """The traces of an entity in a month, and the link of the chain that covers the last one."""

    first_trace_id: int | None
    last_trace_id: int | None
    traces: int
    seal_hash: str


def close(entity: LegalEntity, month: date, *, actor: Actor, motive: str = "") -> Statement:
    """Freeze a month. One already closed is given back as it is, unless a motive asks for a correction.

    Raises:
        ObjectivesError: the month is not over, nobody worked here yet, traces are still being sealed, or there is nothing to
            correct.
    """
    now = clock.now()
    month = month.replace(day=1)
    if bounds(month)[1] > now:
        raise ObjectivesError(
            f"{month:%m/%Y} n’est pas terminé : un relevé se fait après minuit, le dernier jour passé."
        )
    if not _worked(entity, month):  # a statement is never erased, and every month after the first one is due
        raise ObjectivesError(f"{month:%m/%Y} : aucun compte n’existait encore, il n’y a rien à clore.")
    if motive and latest(entity, month) is None:
        raise ObjectivesError(f"{month:%m/%Y} n’est pas clos : il n’y a rien à corriger.")
    seal_all()
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=entity.pk)
        before = latest(entity, month)
        if before is not None and not motive:
            return before
        return _write(entity, month, now, before, actor, motive)


def _worked(entity: LegalEntity, month: date) -> bool:
    return entity.accounts.filter(created_at__lt=bounds(month)[1]).exists()


def seal_all() -> None:
    """Chain every trace, as the periodic task would."""
    while chain.seal() is not None:
        pass


def _write(
    entity: LegalEntity, month: date, now: datetime, before: Statement | None, actor: Actor, motive: str
) -> Statement:
    facts = gather(entity, month, now)
    statement = Statement(
        legal_entity=entity,
        month=month,
        number=before.number + 1 if before else 1,
        motive=motive[:500],
        facts=msgspec.to_builtins(facts, str_keys=True),
        figures=msgspec.to_builtins(figures(facts)),
        reading=facts.reading,
        **asdict(read_range(entity, month)),
        closed_at=now,
        closed_by_id=actor.account_id,
    )
    statement.sha256 = digest(statement)
    statement.save(force_insert=True)
    detail = {"month": key_of(month), "number": statement.number, "sha256": statement.sha256}
    record(Event("objectifs.releve", actor, detail=detail))
    return statement


def traces_of(entity: LegalEntity, month: date) -> QuerySet[Trace]:
    """The traces of an entity in a month."""
    start, end = bounds(month)
    return Trace.objects.filter(finess_juridique=entity.finess_juridique, recorded_at__gte=start, recorded_at__lt=end)


def read_range(entity: LegalEntity, month: date) -> Range:
    """The range a statement rests on.

    Raises:
        ObjectivesError: the last trace is not sealed yet.
    """
    rows = traces_of(entity, month)
    # By date, not by rank: the index gives both ends at once. Two traces of one instant: the rank decides.
    first = rows.order_by("recorded_at", "id").values_list("id", flat=True).first()
    last = rows.order_by("-recorded_at", "-id").values_list("id", flat=True).first()
    if first is None or last is None:
        return Range(None, None, 0, "")
    seal = Seal.objects.filter(last_trace_id__gte=last).order_by("last_trace_id").only("hash").first()
    if seal is None:
        raise ObjectivesError("Les traces du mois ne sont pas encore scellées : recommencez dans une minute.")
    return Range(first, last, rows.count(), seal.hash)


def digest(statement: Statement) -> str:
    """SHA-256 of the statement in canonical JSON, with the FINESS juridique of its entity."""
    values = {name: _plain(getattr(statement, name)) for name in SEALED}
    values["finess_juridique"] = statement.legal_entity.finess_juridique
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.utc_text(value)
    return value.isoformat() if isinstance(value, date) else value


def due(entity: LegalEntity, at: datetime) -> list[date]:
    """Months over and not closed: all since the last statement; only the last month when there is none."""
    last_over = add_months(month_of(at), -1)
    done = Statement.objects.filter(legal_entity=entity).order_by("-month").values_list("month", flat=True).first()
    if done is None:
        return [last_over] if _worked(entity, last_over) else []
    found = []
    while (done := add_months(done, 1)) <= last_over:
        found.append(done)
    return found
