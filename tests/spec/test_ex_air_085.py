"""EX_AIR-085 — no call in AIR unless the professional is authenticated and informed."""

from __future__ import annotations

import pytest

from support.access_spec import refusals
from tramontane.rules.access import NoticeState, Purpose


@pytest.mark.parametrize("purpose", Purpose)
def test_no_call_for_someone_who_is_not_authenticated(purpose: Purpose) -> None:
    assert "EX_AIR-085" in refusals(purpose, proof=None)["deux-facteurs-absents"]


@pytest.mark.parametrize("purpose", Purpose)
def test_no_call_for_someone_who_was_not_informed(purpose: Purpose) -> None:
    assert "EX_AIR-085" in refusals(purpose, notice=NoticeState.NOT_READ)["notice-non-lue"]
