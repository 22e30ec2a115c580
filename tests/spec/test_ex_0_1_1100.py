"""EX_0.1-1100, EX_0.1-1115 — secret connection: for a minor, from a minimum age that the establishment sets."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.rules.access import Purpose, SecretConnection


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(
    ("state", "code", "reference"),
    [
        (SecretConnection.NOT_A_MINOR, "connexion-secrete-majeur", "EX_0.1-1100"),
        (SecretConnection.TOO_YOUNG, "connexion-secrete-trop-jeune", "EX_0.1-1115"),
        (SecretConnection.NO_MINIMUM_AGE, "connexion-secrete-non-reglee", "EX_0.1-1115"),
    ],
)
def test_a_secret_connection_outside_its_conditions_is_refused(
    purpose: Purpose, state: SecretConnection, code: str, reference: str
) -> None:
    found = refusals(purpose, secret_connection=state)
    assert list(found) == [code]
    assert reference in found[code]


@pytest.mark.parametrize("state", [SecretConnection.NOT_REQUESTED, SecretConnection.ELIGIBLE])
def test_none_requested_or_one_allowed_changes_nothing(state: SecretConnection) -> None:
    assert codes(Purpose.LIST, secret_connection=state) == set()
