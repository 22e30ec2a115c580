"""EXI 25 — a compromised certificate is revoked, and no longer used."""

from __future__ import annotations

import pytest

from support.access_spec import refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import CertificateState, Purpose


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("mode", AccessMode)
def test_a_revoked_certificate_stops_every_call_even_in_an_emergency(purpose: Purpose, mode: AccessMode) -> None:
    found = refusals(purpose, certificates=CertificateState.REVOKED, mode=mode)
    assert "EXI 25" in found["certificat-revoque"]
