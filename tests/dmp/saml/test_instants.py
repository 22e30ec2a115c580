from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.saml import read_instant, write_instant

# hypothesis wants naive bounds
_FIRST, _LAST = datetime(2, 1, 2), datetime(9998, 12, 30)  # noqa: DTZ001


@given(st.datetimes(timezones=st.timezones(), min_value=_FIRST, max_value=_LAST))
def test_an_instant_comes_back_to_the_millisecond(instant: datetime):
    read = read_instant(write_instant(instant))
    assert timedelta(0) <= instant - read < timedelta(milliseconds=1)
    assert read.tzinfo is UTC


def test_it_is_written_as_the_official_samples_write_it():
    instant = datetime(2026, 3, 2, 10, 15, 30, 120_000, tzinfo=timezone(timedelta(hours=1)))
    assert write_instant(instant) == "2026-03-02T09:15:30.120Z"


def test_seven_digits_of_dotnet_are_truncated_to_the_microsecond():
    assert read_instant("2026-03-02T09:15:30.1234567Z").microsecond == 123_456


@pytest.mark.parametrize("text", ["", "2026-03-02T09:15:30", "2026-03-02T09:15:30+00:00", "2026-02-30T00:00:00Z"])
def test_another_form_is_refused_with_what_was_received(text: str):
    with pytest.raises(MalformedMessage) as refusal:
        read_instant(text)
    assert refusal.value.received == text
    assert refusal.value.reference == "SAML 2.0 core §1.3.3"


def test_a_naive_datetime_is_never_written():
    with pytest.raises(ValueError, match="naive"):
        write_instant(datetime(2026, 3, 2))  # noqa: DTZ001  # that is the point
