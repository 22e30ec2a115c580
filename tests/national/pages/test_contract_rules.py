"""What an auto-homologation allows, and until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.national.pages.contract_rules import Declaration, add_months, last_day, latest_day, problems

TODAY = date(2026, 11, 23)


def declared(on: date = TODAY, months: int = 36, version: str = "V1.0") -> Declaration:
    return Declaration(on, months, version)


def test_a_month_that_has_no_such_day_ends_on_its_last() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert add_months(date(2026, 11, 23), 12) == date(2027, 11, 23)


def test_the_contract_ends_with_the_auto_homologation_that_it_declares() -> None:
    assert last_day(declared(date(2026, 10, 1), 24), TODAY) == date(2028, 10, 1)
    assert last_day(declared(months=36), TODAY) == date(2029, 11, 23) == latest_day(TODAY)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 36), st.integers(0, 1200))
def test_no_contract_lasts_more_than_three_years_nor_more_than_its_homologation(
    signed_on: date, months: int, age: int
) -> None:
    end = last_day(declared(signed_on - timedelta(days=age), months), signed_on)
    assert end <= add_months(signed_on, 36)
    assert end <= add_months(signed_on - timedelta(days=age), months)


REFUSED = {
    "in the future": (declared(TODAY + timedelta(days=1)), "futur"),
    "of 37 months": (declared(months=37), "36"),
    "of no month": (declared(months=0), "36"),
    "over since yesterday": (declared(date(2025, 11, 22), 12), "expiré le 22/11/2026"),
    "without the version of the référentiel": (declared(version=" "), "version"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_auto_homologation_opens_no_contract(case: str) -> None:
    declaration, why = REFUSED[case]
    assert why in " ".join(problems(declaration, TODAY))


def test_the_last_day_of_an_auto_homologation_still_opens_one() -> None:
    assert list(problems(declared(date(2025, 11, 23), 12), TODAY)) == []
