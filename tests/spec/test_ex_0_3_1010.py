"""EX_0.3-1010 — an authorisation is added on an explicit request, when there is none or it expired, with consent."""

from __future__ import annotations

import pytest

from support.access_spec import READING, codes, refusals
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import PatientChoice, Purpose


@pytest.mark.parametrize("state", [Authorisation.NON_EXISTE, Authorisation.EXPIRE])
def test_it_is_added_when_there_is_none_or_it_expired(state: Authorisation) -> None:
    assert codes(Purpose.AUTHORISE, authorisation=state) == set()


def test_it_is_never_added_automatically() -> None:
    found = refusals(Purpose.AUTHORISE, authorisation=Authorisation.NON_EXISTE, explicit_request=False)
    assert list(found) == ["autorisation-automatique"]
    assert "EX_0.3-1010" in found["autorisation-automatique"]


def test_it_is_not_added_twice_nor_without_knowing() -> None:
    assert codes(Purpose.AUTHORISE, authorisation=Authorisation.VALIDE) == {"autorisation-deja-valide"}
    assert codes(Purpose.AUTHORISE, authorisation=None) == {"autorisation-inconnue"}


def test_it_is_not_added_against_the_patient() -> None:
    assert codes(Purpose.AUTHORISE, authorisation=Authorisation.INTERDIT) == {"professionnel-bloque"}
    opposed = codes(Purpose.AUTHORISE, authorisation=Authorisation.NON_EXISTE, choice=PatientChoice.OPPOSED)
    assert opposed == {"patient-oppose"}


@pytest.mark.parametrize("mode", [AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15])
def test_no_emergency_adds_an_authorisation(mode: AccessMode) -> None:
    assert codes(Purpose.AUTHORISE, authorisation=Authorisation.NON_EXISTE, mode=mode) == {
        "autorisation-hors-mode-normal"
    }


@pytest.mark.parametrize("purpose", READING)
def test_reading_without_it_is_refused_with_what_to_do(purpose: Purpose) -> None:
    assert "EX_0.3-1010" in refusals(purpose, authorisation=Authorisation.NON_EXISTE)["autorisation-inexistante"]
