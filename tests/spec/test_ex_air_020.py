"""EX_AIR-020 — the professional is in the national directory: no call without a RPPS number."""

from __future__ import annotations

import pytest

from support.access_spec import refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import Purpose


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("mode", AccessMode)
def test_no_call_without_a_rpps_even_in_an_emergency(purpose: Purpose, mode: AccessMode) -> None:
    assert "EX_AIR-020" in refusals(purpose, rpps=None, mode=mode)["rpps-inconnu"]
