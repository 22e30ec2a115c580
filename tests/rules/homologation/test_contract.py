"""Where an AIR contract stands on a day, and which terms it may have."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.rules.homologation import (
    CONTRACT_MONTHS,
    LEADS,
    ContractFacts,
    ContractState,
    Deadline,
    ReminderKind,
    add_months,
    plan,
    term_objection,
)

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (ContractFacts(), ContractState.TO_PREPARE),
        (ContractFacts(ready=True), ContractState.READY),
        (ContractFacts(contacted_on=TODAY), ContractState.HANDED),
        (ContractFacts(signed_on=TODAY, expires_on=date(2028, 1, 1)), ContractState.SIGNED),
        (ContractFacts(signed_on=TODAY, expires_on=date(2027, 2, 23)), ContractState.RENEWAL),
        (ContractFacts(signed_on=date(2025, 1, 1), expires_on=TODAY), ContractState.RENEWAL),
        (ContractFacts(signed_on=date(2025, 1, 1), expires_on=TODAY - timedelta(days=1)), ContractState.EXPIRED),
        (ContractFacts(signed_on=TODAY, expires_on=date(2028, 1, 1), suspended=True), ContractState.SUSPENDED),
        (ContractFacts(signed_on=date(2025, 1, 1), expires_on=date(2026, 1, 1), suspended=True), ContractState.EXPIRED),
    ],
)
def test_a_contract_stands_where_its_dates_and_the_cnam_put_it(facts: ContractFacts, state: ContractState) -> None:
    assert facts.state(TODAY) is state


@given(DAYS, DAYS, DAYS)
def test_only_a_contract_of_three_years_at_most_signed_in_the_past_is_accepted(
    signed: date, expires: date, today: date
) -> None:
    accepted = term_objection(signed, expires, today) == ""
    assert accepted == (signed <= today and signed < expires <= add_months(signed, CONTRACT_MONTHS))


@given(st.sampled_from(ReminderKind), DAYS)
def test_every_deadline_is_reminded_of_before_it_and_never_after(kind: ReminderKind, due: date) -> None:
    planned = list(plan([Deadline(kind, "x", "Quelque chose", due)]))
    assert [(due - one.remind_on).days for one in planned] == list(LEADS[kind])
    assert all(one.remind_on <= due for one in planned)


def test_every_kind_has_a_label_and_days() -> None:
    assert set(LEADS) == set(ReminderKind)
    assert all(kind.label and LEADS[kind] for kind in ReminderKind)
