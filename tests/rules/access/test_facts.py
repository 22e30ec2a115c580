"""Facts computed from dates, ages and answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.access_facts import AT
from tramontane.dmp.errors import LocalError
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.rules.access import (
    DmpState,
    EmergencyOpposition,
    NoticeState,
    SecretConnection,
    notice_state,
    secret_connection,
)

PERIOD = timedelta(days=180)


@pytest.mark.parametrize(
    ("age_of_reading", "state"),
    [
        (None, NoticeState.NOT_READ),
        (timedelta(0), NoticeState.READ),
        (PERIOD - timedelta(seconds=1), NoticeState.READ),
        (PERIOD, NoticeState.EXPIRED),
        (PERIOD * 3, NoticeState.EXPIRED),
    ],
)
def test_the_notice_is_read_again_every_period(age_of_reading: timedelta | None, state: NoticeState) -> None:
    read_at = None if age_of_reading is None else AT - age_of_reading
    assert notice_state(read_at, at=AT) is state


def test_the_period_of_the_notice_is_a_setting() -> None:
    assert notice_state(AT - timedelta(days=31), at=AT, validity=timedelta(days=30)) is NoticeState.EXPIRED


def test_a_date_without_time_zone_is_refused() -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(LocalError):
        notice_state(naive, at=AT)
    with pytest.raises(LocalError):
        notice_state(None, at=naive)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (None, DmpState.NOT_ASKED),
        (DmpStatus(exists=False, open=False), DmpState.NONE),
        (DmpStatus(exists=True, open=True), DmpState.OPEN),
        (DmpStatus(exists=True, open=False), DmpState.CLOSED),
    ],
)
def test_the_state_of_the_record_is_read_from_the_answer(status: DmpStatus | None, state: DmpState) -> None:
    assert DmpState.of(status) is state


def test_the_opposition_is_read_from_the_flag() -> None:
    assert [EmergencyOpposition.of(flag) for flag in (None, False, True)] == list(EmergencyOpposition)


@pytest.mark.parametrize(
    ("requested", "age", "minimum_age", "state"),
    [
        (False, 14, 13, SecretConnection.NOT_REQUESTED),
        (True, 14, 13, SecretConnection.ELIGIBLE),
        (True, 13, 13, SecretConnection.ELIGIBLE),
        (True, 12, 13, SecretConnection.TOO_YOUNG),
        (True, 18, 13, SecretConnection.NOT_A_MINOR),
        (True, 14, None, SecretConnection.NO_MINIMUM_AGE),
        (True, 40, None, SecretConnection.NOT_A_MINOR),
    ],
)
def test_a_secret_connection_depends_on_age_and_on_the_setting(
    requested: bool, age: int, minimum_age: int | None, state: SecretConnection
) -> None:
    assert secret_connection(requested=requested, age=age, minimum_age=minimum_age) is state
