"""Months as the hospital lives them: from midnight to midnight in Paris, whatever the clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tramontane.rules.homologation.months import add_months

PARIS = ZoneInfo("Europe/Paris")


def month_of(moment: datetime) -> date:
    """The first day of the month an aware instant falls in, in Paris."""
    return moment.astimezone(PARIS).date().replace(day=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """First instant of the month, first instant of the next, both UTC."""
    first = month.replace(day=1)
    return _midnight(first), _midnight(add_months(first, 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS).astimezone(UTC)


def key_of(month: date) -> str:
    """« 2026-11 »."""
    return f"{month:%Y-%m}"


def parse(key: str) -> date:
    """The inverse of `key_of`.

    Raises:
        ValueError: not a month, or one whose bounds have no instant.
    """
    month = datetime.strptime(key, "%Y-%m").replace(tzinfo=UTC).date()
    if not date.min.year < month.year < date.max.year:
        raise ValueError(f"{key} : hors du calendrier")
    return month
