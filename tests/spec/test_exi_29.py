"""EXI 29 — the white list lasts as long as the self-homologation, three years at most, one geographic entity at a time."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.rules.access import AirContractState, Purpose


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
