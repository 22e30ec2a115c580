"""Months are real months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.rules.homologation import add_months, months_between

DAYS = st.dates(date(1990, 1, 1), date(2150, 12, 31))
MONTHS = st.integers(-400, 400)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_the_same_day_of_the_month_or_its_last(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


@given(DAYS, MONTHS)
def test_the_month_is_the_one_counted_and_the_day_never_later(day: date, months: int) -> None:
    then = add_months(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day <= day.day
    assert then.day == day.day or (then + timedelta(days=1)).day == 1, "only the end of a short month moves the day"


@given(DAYS, st.integers(0, 400), st.integers(0, 400))
def test_more_months_never_end_sooner(day: date, fewer: int, more: int) -> None:
    low, high = sorted((fewer, more))
    assert add_months(day, low) <= add_months(day, high)


@given(DAYS, DAYS)
def test_months_between_is_the_largest_number_that_fits(start: date, end: date) -> None:
    months = months_between(start, end)
    assert add_months(start, months) <= end < add_months(start, months + 1)


def test_a_term_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="hors du calendrier"):
        add_months(date(9999, 1, 1), 12)
