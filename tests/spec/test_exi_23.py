"""EXI 23 — in AIR simplifié the professional was identified beforehand with two factors, whatever the access mode."""

from __future__ import annotations

import pytest

from support.access_facts import proof
from support.access_spec import codes, refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import Factor, Purpose


@pytest.mark.parametrize("purpose", Purpose)
def test_no_call_without_a_proof(purpose: Purpose) -> None:
    assert "EXI 23" in refusals(purpose, proof=None)["deux-facteurs-absents"]


@pytest.mark.parametrize("factor", Factor)
def test_one_factor_is_not_enough(factor: Factor) -> None:
    assert codes(Purpose.LIST, proof=proof(factor)) == {"facteur-unique"}


def test_a_provider_that_does_not_tell_the_factors_proves_nothing() -> None:
    assert codes(Purpose.LIST, proof=proof()) == {"deux-facteurs-inconnus"}


def test_any_two_factors_of_different_families_are_enough() -> None:
    assert codes(Purpose.LIST, proof=proof(Factor.INHERENCE, Factor.POSSESSION)) == set()
    assert codes(Purpose.LIST, proof=proof(*Factor)) == set()


@pytest.mark.parametrize("mode", AccessMode)
def test_no_emergency_replaces_the_second_factor(mode: AccessMode) -> None:
    assert "facteur-unique" in codes(Purpose.RETRIEVE, proof=proof(Factor.CONNAISSANCE), mode=mode)
