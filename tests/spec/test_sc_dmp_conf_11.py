"""SC.DMP/CONF.11 (Ségur vague 2) — the notice on the use of the RPPS is read at first connection, then periodically."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import NoticeState, Purpose


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("mode", AccessMode)
def test_the_notice_must_have_been_read_and_read_again(purpose: Purpose, mode: AccessMode) -> None:
    assert "CONF.11" in refusals(purpose, notice=NoticeState.NOT_READ, mode=mode)["notice-non-lue"]
    assert "CONF.11" in refusals(purpose, notice=NoticeState.EXPIRED, mode=mode)["notice-a-relire"]


def test_a_notice_read_in_time_is_enough() -> None:
    assert codes(Purpose.LIST, notice=NoticeState.READ) == set()
