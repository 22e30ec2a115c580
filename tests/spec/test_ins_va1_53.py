"""INS/va1.53 (Ségur) — a matricule travels only when the identity is qualified."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import InsStatus, Purpose


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("status", [InsStatus.PROVISOIRE, InsStatus.RECUPEREE, InsStatus.VALIDEE])
def test_an_identity_that_is_not_qualified_stops_every_call(
    purpose: Purpose, status: InsStatus, mode: AccessMode
) -> None:
    assert "INS/va1.53" in refusals(purpose, ins_status=status, mode=mode)["ins-non-qualifiee"]


def test_a_qualified_identity_without_matricule_is_no_identity() -> None:
    assert codes(Purpose.STATUS, ins=None, ins_status=InsStatus.QUALIFIEE) == {"ins-absente"}
