"""Real months: a term in months ends on the same day of the month, or on its last day.

The convention is that of the Code de procédure civile, art. 641 and 642, applied here by choice: neither the
référentiel nor the webinar says how a term is counted (docs/reference/differences.md).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later (or earlier); the last day of a month that has no such day.

    Raises:
        ValueError: outside the years a date can hold.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{months} mois à partir du {day} : hors du calendrier")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`: the largest n such that `add_months(start, n) <= end`."""
    guess = (end.year - start.year) * 12 + end.month - start.month
    return guess if add_months(start, guess) <= end else guess - 1
