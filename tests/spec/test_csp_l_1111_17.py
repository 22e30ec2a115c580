"""CSP L. 1111-17 I — emergency: unable to express their will, immediate risk, no prior express opposition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.access_facts import TRUE_EMERGENCY
from support.access_spec import READING, codes
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import EmergencyOpposition, PatientChoice, Purpose, Relationship

EMERGENCIES = (AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15)
NOBODY_ASKED: dict[str, Any] = {"choice": PatientChoice.NOT_COLLECTED, "relationship": Relationship.OUTSIDE}


@pytest.mark.parametrize("mode", EMERGENCIES)
@pytest.mark.parametrize("authorisation", [None, Authorisation.NON_EXISTE, Authorisation.EXPIRE, Authorisation.VALIDE])
@pytest.mark.parametrize("purpose", READING)
def test_an_emergency_needs_neither_consent_nor_authorisation(
    purpose: Purpose, authorisation: Authorisation | None, mode: AccessMode
) -> None:
    assert codes(purpose, mode=mode, authorisation=authorisation, **NOBODY_ASKED) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"motive": " "}, "urgence-sans-motif"),
        ({"unable_to_express_will": False}, "urgence-patient-conscient"),
        ({"immediate_risk": False}, "urgence-sans-risque-immediat"),
    ],
)
@pytest.mark.parametrize("purpose", Purpose)
def test_breaking_the_glass_needs_each_ground(purpose: Purpose, change: dict[str, Any], code: str) -> None:
    emergency = replace(TRUE_EMERGENCY, **change)
    assert code in codes(purpose, mode=AccessMode.BRIS_DE_GLACE, emergency=emergency)
    assert code not in codes(purpose, mode=AccessMode.NORMAL, emergency=emergency)


@pytest.mark.parametrize("mode", EMERGENCIES)
@pytest.mark.parametrize("purpose", READING)
def test_a_prior_opposition_to_emergency_access_is_obeyed(purpose: Purpose, mode: AccessMode) -> None:
    opposed = replace(TRUE_EMERGENCY, opposition=EmergencyOpposition.OPPOSED)
    assert codes(purpose, mode=mode, emergency=opposed, **NOBODY_ASKED) == {"urgence-opposition"}


@pytest.mark.parametrize("mode", EMERGENCIES)
@pytest.mark.parametrize("purpose", READING)
def test_an_opposition_recorded_at_the_hospital_is_an_express_one(purpose: Purpose, mode: AccessMode) -> None:
    assert codes(purpose, mode=mode, choice=PatientChoice.OPPOSED) == {"patient-oppose"}


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("purpose", READING)
def test_a_professional_whom_the_patient_blocked_never_reads(purpose: Purpose, mode: AccessMode) -> None:
    assert codes(purpose, mode=mode, authorisation=Authorisation.INTERDIT) == {"professionnel-bloque"}


def test_a_blocked_professional_may_still_learn_that_the_block_is_over() -> None:
    assert codes(Purpose.STATUS, authorisation=Authorisation.INTERDIT) == set()
