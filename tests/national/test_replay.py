"""A presented assertion is a row: unique, of its issuer, forgotten once its age refuses it."""

from datetime import timedelta

import pytest

from support.national import NOW
from tramontane.national import replay

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def test_only_the_first_presentation_is_first() -> None:
    assert [replay.claim("CN=A", "_1", expires_at=LATER) for _ in range(3)] == [True, False, False]


def test_two_issuers_may_use_the_same_identifier() -> None:
    assert replay.claim("CN=A", "_1", expires_at=LATER)
    assert replay.claim("CN=B", "_1", expires_at=LATER)


def test_the_separation_between_issuer_and_identifier_cannot_be_moved() -> None:
    assert replay.claim("CN=A", "B_1", expires_at=LATER)
    assert replay.claim("CN=AB", "_1", expires_at=LATER)


def test_an_identifier_of_any_length_fits() -> None:
    assert replay.claim("CN=A" * 1_000, "_" * 10_000, expires_at=LATER)


def test_purging_forgets_only_what_is_too_old() -> None:
    replay.claim("CN=A", "_old", expires_at=NOW - timedelta(seconds=1))
    replay.claim("CN=A", "_young", expires_at=LATER)
    assert replay.purge(NOW) == 1
    assert not replay.claim("CN=A", "_young", expires_at=LATER)
