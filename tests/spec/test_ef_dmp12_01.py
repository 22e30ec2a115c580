"""EF_DMP12_01 — nothing is read from a DMP that is not known to be open."""

from __future__ import annotations

import pytest

from support.access_spec import READING, codes
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import DmpState, Purpose


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("purpose", READING)
@pytest.mark.parametrize(
    ("state", "code"),
    [
        (DmpState.NOT_ASKED, "dmp-non-interroge"),
        (DmpState.NONE, "dmp-inexistant"),
        (DmpState.CLOSED, "dmp-ferme"),
    ],
)
def test_reading_needs_an_open_record(purpose: Purpose, state: DmpState, code: str, mode: AccessMode) -> None:
    assert codes(purpose, dmp=state, mode=mode) == {code}


@pytest.mark.parametrize("state", DmpState)
def test_asking_for_the_status_does_not_need_to_know_it(state: DmpState) -> None:
    assert codes(Purpose.STATUS, dmp=state, authorisation=None) == set()


def test_a_record_that_was_not_asked_for_does_not_also_complain_about_its_authorisation() -> None:
    assert codes(Purpose.LIST, dmp=DmpState.NOT_ASKED, authorisation=None) == {"dmp-non-interroge"}
