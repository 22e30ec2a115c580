"""EXI 29 — the white list lasts as long as the self-homologation, three years at most, one geographic entity at a time."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.access_spec import codes, refusals
from support.homologation_facts import dmp, dossier
from tramontane.rules.access import AirContractState, Purpose
from tramontane.rules.homologation import GateName, Term, add_months, duration_objection, gate, levels_for


@pytest.mark.parametrize(
    ("state", "code"),
    [(AirContractState.EXPIRED, "contrat-air-expire"), (AirContractState.REFUSED, "liste-blanche")],
)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_site_whose_contract_ended_or_that_the_dmp_refused_calls_no_more(
    purpose: Purpose, state: AirContractState, code: str
) -> None:
    assert "EXI 29" in refusals(purpose, air_contract=state)[code]


def test_a_suspended_site_calls_no_more() -> None:
    assert "article 2.3" in refusals(Purpose.STATUS, air_contract=AirContractState.SUSPENDED)["contrat-air-suspendu"]


def test_a_site_never_observed_may_call_for_the_dmp_is_the_judge() -> None:
    assert codes(Purpose.STATUS, air_contract=AirContractState.UNKNOWN) == set()


def test_exigence_29_is_computed_from_a_signed_homologation_in_force_never_ticked() -> None:
    assert levels_for(dmp(), dmp().by_key["dmp:exi-29"]) == ()
    assert dossier(signed=True).states["exi-29"].met
    assert not dossier(signed=False).states["exi-29"].met


def test_without_it_the_contract_waits() -> None:
    assert [one.exigences for one in gate(GateName.CONTRACT, dossier(signed=False)).obstacles] == [("exi-29",)]


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(1, 36))
def test_an_homologation_lasts_three_years_at_most(signed: date, months: int) -> None:
    assert duration_objection(dmp(), months) == ""
    assert Term(signed, months).expires_on <= add_months(signed, 36)
    assert duration_objection(dmp(), 37)
