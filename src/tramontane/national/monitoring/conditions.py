"""What a rule may ask of a trace, as SQL: one entry a condition. Nothing is read here, queries are built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import AccessResult, AccessTrace, WatchedPatient
from tramontane.national.monitoring.rules import Conditions

_NIGHT_FROM, _NIGHT_UNTIL, _SATURDAY = 20, 7, 6
# A structure that has an episode with a patient declares the consent (TD0.3) or feeds a document (TD2.1).
_EPISODE = ("TD0.3", "TD2.1")

Traces = QuerySet[AccessTrace]


@dataclass(frozen=True, slots=True)
class Window:
    """From `since`, included, to `until`, excluded; aware."""

    since: datetime
    until: datetime


def window(day: date, days: int) -> Window:
    """The `days` French calendar days that end with `day`."""
    return Window(_midnight(day - timedelta(days=days - 1)), _midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, FRANCE)


def counted(conditions: Conditions, during: Window) -> Traces:
    """The traces of a window that meet every condition."""
    rows = AccessTrace.objects.filter(instant__gte=during.since, instant__lt=during.until)
    for name, narrow in _NARROWING.items():
        wanted = getattr(conditions, name)
        if wanted:
            rows = narrow(rows, wanted, during)
    return rows


def _night_or_weekend(rows: Traces, _wanted: object, _during: Window) -> Traces:
    """French time. Public holidays are not counted: they would need a calendar."""
    return rows.annotate(
        local_hour=ExtractHour("instant", tzinfo=FRANCE), local_day=ExtractIsoWeekDay("instant", tzinfo=FRANCE)
    ).filter(Q(local_hour__gte=_NIGHT_FROM) | Q(local_hour__lt=_NIGHT_UNTIL) | Q(local_day__gte=_SATURDAY))


def _same_patient_and_structure() -> Traces:
    """Always by the patient's index. Without statistics, SQLite would as soon take the structure's: a hospital's whole
    history for each row. An expression hides the column from it; no structure is null, so that it changes nothing."""
    rows = AccessTrace.objects.filter(ins=OuterRef("ins"))
    return rows.alias(place=Coalesce("structure", Value(""))).filter(place=OuterRef("structure"))


def _new_to_structure(rows: Traces, _wanted: object, during: Window) -> Traces:
    """No call of this structure about this patient was granted before the window."""
    earlier = _same_patient_and_structure().filter(instant__lt=during.since, result=AccessResult.GRANTED)
    return rows.filter(~Exists(earlier))


def _without_episode(rows: Traces, _wanted: object, during: Window) -> Traces:
    """The structure declared no consent of the patient, and fed nothing for her, before the window ended."""
    signs = _same_patient_and_structure().filter(
        instant__lt=during.until, transaction__in=_EPISODE, result=AccessResult.GRANTED
    )
    return rows.filter(~Exists(signs))


_NARROWING: Mapping[str, Callable[[Traces, Any, Window], Traces]] = {
    "transactions": lambda rows, wanted, _: rows.filter(transaction__in=wanted),
    "results": lambda rows, wanted, _: rows.filter(result__in=wanted),
    "access_mode": lambda rows, wanted, _: rows.filter(access_mode=wanted),
    "night_or_weekend": _night_or_weekend,
    "new_to_structure": _new_to_structure,
    "without_episode": _without_episode,
    "watched": lambda rows, _wanted, _: rows.filter(ins__in=WatchedPatient.objects.values("patient__ins")),
}
