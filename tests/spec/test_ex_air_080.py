"""EX_AIR-080 — mutual TLS with a valid, unrevoked certificate of the legal entity."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.rules.access import CertificateState, Purpose


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(
    ("state", "code"),
    [
        (CertificateState.MISSING, "certificat-absent"),
        (CertificateState.EXPIRED, "certificat-expire"),
        (CertificateState.REVOKED, "certificat-revoque"),
    ],
)
def test_no_call_without_a_usable_certificate(purpose: Purpose, state: CertificateState, code: str) -> None:
    found = refusals(purpose, certificates=state)
    assert list(found) == [code]
    assert "EX_AIR-080" in found[code]


def test_a_certificate_about_to_expire_is_still_valid() -> None:
    assert codes(Purpose.LIST, certificates=CertificateState.EXPIRING) == set()
