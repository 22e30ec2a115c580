"""CSP R. 1111-46 — consent first: the care team is presumed authorised, anyone else needs it for each consultation."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.rules.access import PatientChoice, Purpose, Relationship


@pytest.mark.parametrize("purpose", Purpose)
def test_a_patient_who_objects_is_obeyed(purpose: Purpose) -> None:
    for relationship in Relationship:
        found = refusals(purpose, choice=PatientChoice.OPPOSED, relationship=relationship)
        assert "R. 1111-46" in found["patient-oppose"]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_member_of_the_care_team_needs_an_informed_patient(purpose: Purpose) -> None:
    uninformed = {"choice": PatientChoice.NOT_COLLECTED, "relationship": Relationship.CARE_TEAM}
    assert codes(purpose, **uninformed) == {"patient-non-informe"}


def test_an_informed_patient_who_does_not_object_opens_the_record_to_the_care_team() -> None:
    informed = {"choice": PatientChoice.NOT_OPPOSED, "relationship": Relationship.CARE_TEAM}
    assert codes(Purpose.LIST, **informed) == set()


def test_that_same_patient_does_not_open_it_to_the_others() -> None:
    outside = {"choice": PatientChoice.NOT_OPPOSED, "relationship": Relationship.OUTSIDE}
    assert codes(Purpose.LIST, **outside) == {"hors-equipe-de-soins"}


def test_an_explicit_consent_for_this_consultation_opens_it() -> None:
    explicit = {"choice": PatientChoice.NOT_COLLECTED, "relationship": Relationship.EXPLICIT_CONSENT}
    assert codes(Purpose.LIST, **explicit) == set()
