"""A signed homologation holds until its last day, included; then it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.homologation_facts import dmp
from tramontane.rules.homologation import (
    Fingerprint,
    HomologationState,
    Term,
    TriggerKind,
    duration_advice,
    duration_objection,
    triggers,
)
from tramontane.rules.referentiels import shipped

SIGNED = date(2026, 11, 23)
YEAR = Term(SIGNED, 12)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (SIGNED, HomologationState.ACTIVE),
        (date(2027, 8, 22), HomologationState.ACTIVE),
        (date(2027, 8, 23), HomologationState.EXPIRING),
        (date(2027, 11, 23), HomologationState.EXPIRING),
        (date(2027, 11, 24), HomologationState.EXPIRED),
    ],
)
def test_the_calendar_decides(today: date, state: HomologationState) -> None:
    assert YEAR.state(today) is state


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(1, 36), st.integers(-10, 2000), st.integers(0, 12))
def test_it_is_in_force_exactly_until_its_last_day(signed: date, months: int, days: int, warned: int) -> None:
    term, today = Term(signed, months), signed + timedelta(days=days)
    assert term.state(today, expiring_months=warned).in_force is (today <= term.expires_on)
    assert (term.days_left(today) < 0) is (today > term.expires_on)


@given(st.integers(0, 800), st.integers(0, 800), st.integers(0, 800))
def test_what_ended_it_first_is_what_it_became(replaced: int, void: int, days: int) -> None:
    ends = {"replaced_on": SIGNED + timedelta(days=replaced), "void_on": SIGNED + timedelta(days=void)}
    term, today = Term(SIGNED, 12, **ends), SIGNED + timedelta(days=days)
    ended = min(ends["replaced_on"], ends["void_on"], term.expires_on + timedelta(days=1))
    assert term.state(today).in_force is (today < ended)


def test_it_stays_what_it_was_when_something_comes_after() -> None:
    assert Term(SIGNED, 12, replaced_on=date(2028, 1, 1)).state(date(2028, 2, 1)) is HomologationState.EXPIRED
    assert Term(SIGNED, 12, void_on=date(2027, 1, 1)).state(date(2026, 12, 31)).in_force


@pytest.mark.parametrize(("months", "refused"), [(0, True), (1, False), (36, False), (37, True)])
def test_the_dmp_is_homologated_for_1_to_36_months(months: int, refused: bool) -> None:
    assert bool(duration_objection(dmp(), months)) is refused


def test_a_referentiel_whose_limit_is_unknown_has_none() -> None:
    assert duration_objection(shipped("rie"), 48) == ""


def test_a_long_term_with_reserves_is_advised_against_not_refused() -> None:
    assert "plus courte" in duration_advice(dmp(), 36, 1)
    assert duration_advice(dmp(), 36, 0) == duration_advice(dmp(), 12, 3) == ""


def test_three_kinds_of_change_and_the_term_are_seen() -> None:
    signed = Fingerprint("a", "b", "c", "d", "e")
    seen = triggers(YEAR, signed, Fingerprint("A", "B", "C", "D", "E"), date(2027, 12, 1))
    assert [trigger.kind for trigger in seen] == [
        TriggerKind.TERM, TriggerKind.REFERENTIEL, TriggerKind.SUPPORT,
        TriggerKind.CONFIGURATION, TriggerKind.CONFIGURATION, TriggerKind.SUPPORT,
    ]  # fmt: skip
    assert "a expiré le\u00a023/11/2027" in seen[0].sentence


def test_nothing_is_concluded_from_what_is_not_known() -> None:
    assert triggers(YEAR, Fingerprint("a"), Fingerprint("", "b", "c", "d"), SIGNED) == ()
    assert triggers(YEAR, Fingerprint("a"), Fingerprint("a"), SIGNED) == ()


@pytest.mark.parametrize("ended", ["replaced_on", "void_on"])
def test_an_homologation_that_ended_asks_for_no_renewal(ended: str) -> None:
    term = replace(YEAR, **{ended: SIGNED})
    assert triggers(term, Fingerprint("a"), Fingerprint("b"), SIGNED) == ()
