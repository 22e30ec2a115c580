"""EX_0.3-1020 — an expired authorisation: the professional is told, and a new one is needed."""

from __future__ import annotations

import pytest

from support.access_facts import facts
from support.access_spec import READING
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.rules.access import Purpose, Refused, Solver, decide


@pytest.mark.parametrize("purpose", READING)
def test_an_expired_authorisation_is_refused_and_its_renewal_proposed(purpose: Purpose) -> None:
    decision = decide(facts(authorisation=Authorisation.EXPIRE), purpose)
    assert isinstance(decision, Refused)
    (reason,) = decision.reasons
    assert (reason.code, reason.reference) == ("autorisation-expiree", "EX_0.3-1020")
    assert "TD0.3" in reason.next_step
    assert reason.solver is Solver.PROFESSIONNEL
