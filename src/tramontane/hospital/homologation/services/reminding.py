"""Reminders: planned from what comes due, raised when their day came, closed when dealt with. A missed run loses nothing:
the next one finds the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.models import Reminder
from tramontane.hospital.homologation.selectors import reminders
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.homologation import Deadline, PlannedReminder, ReminderKind, plan

SWEEPER = "tâche périodique"
Name = tuple[str, str, date | None, date | None]


def sweep(at: datetime) -> int:
    """Every establishment, one transaction each. Gives how many reminders were raised."""
    return sum(sweep_entity(entity, at) for entity in LegalEntity.objects.order_by("pk"))


@transaction.atomic
def sweep_entity(entity: LegalEntity, at: datetime) -> int:
    """Write what is planned and not written yet, close what is no longer due, raise what came."""
    today = timezone.localdate(at)
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    wanted = _wanted(reminders.deadlines(entity, at, today), today)
    kept = {_name(row.kind, row.key, row.due_on, row.remind_on): row for row in entity.reminders.all()}
    for name, row in kept.items():
        _settle(row, wanted.get(name), at)
    Reminder.objects.bulk_create(_row(entity, one, at) for name, one in wanted.items() if name not in kept)
    due = Reminder.objects.filter(legal_entity=entity, raised_at=None, closed_at=None, remind_on__lte=today)
    return sum(_raise(row, at) for row in due)


@transaction.atomic
def close(reminder: Reminder, *, actor: Actor) -> None:
    """Somebody deals with it: it is not raised again for this deadline at this distance."""
    done = Reminder.objects.filter(pk=reminder.pk, closed_at=None).update(
        closed_at=clock.now(), closed_by_id=actor.account_id
    )
    if done:
        record(Event("homologation.rappel", actor, detail={"move": "traité", "title": reminder.title}))


def _wanted(deadlines: Iterable[Deadline], today: date) -> dict[Name, PlannedReminder]:
    """Those to come, and of those whose day passed the last one: nobody is told three times of one thing."""
    coming: list[PlannedReminder] = []
    passed: dict[Deadline, PlannedReminder] = {}
    for one in plan(deadlines):
        if one.remind_on > today:
            coming.append(one)
        else:
            passed[one.deadline] = max(one, passed.get(one.deadline, one), key=lambda each: each.remind_on)
    found = (*coming, *passed.values())
    return {_name(one.deadline.kind, one.deadline.key, one.deadline.due_on, one.remind_on): one for one in found}


def _name(kind: str, key: str, due_on: date, remind_on: date) -> Name:
    """What makes two reminders the same. A trigger is due the day it is seen: its key alone names it."""
    return (kind, key, None, None) if kind == ReminderKind.TRIGGER else (kind, key, due_on, remind_on)


def _settle(row: Reminder, planned: PlannedReminder | None, at: datetime) -> None:
    """What nobody closed follows what is due: closed with it, open again with it, called as it is called now."""
    if row.closed_by_id is None:
        before = (row.closed_at is None, row.title)
        row.closed_at = (row.closed_at or at) if planned is None else None
        row.title = _title(planned.deadline) if planned else row.title
        if before != (row.closed_at is None, row.title):
            row.save(update_fields=["closed_at", "title"])


def _title(deadline: Deadline) -> str:
    return deadline.title[: Reminder.TITLE_LENGTH]


def _row(entity: LegalEntity, planned: PlannedReminder, at: datetime) -> Reminder:
    said = planned.deadline
    return Reminder(
        legal_entity=entity,
        kind=said.kind.value,
        key=said.key,
        title=_title(said),
        due_on=said.due_on,
        remind_on=planned.remind_on,
        created_at=at,
    )


def _raise(row: Reminder, at: datetime) -> int:
    Reminder.objects.filter(pk=row.pk).update(raised_at=at)
    who = Actor(row.legal_entity.finess_juridique, account_name=SWEEPER)
    record(Event("homologation.rappel", who, detail={"move": "émis", "title": row.title, "due_on": str(row.due_on)}))
    return 1
