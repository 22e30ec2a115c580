"""The peer's clock, read in the Date header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.client.skew import measure

SENT = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
RECEIVED = SENT + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Mon, 23 Nov 2026 12:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 12:05:00 GMT", 300),
        ("Mon, 23 Nov 2026 11:55:00 GMT", -300),
        ("Mon, 23 Nov 2026 13:00:00 +0100", 0),
        ("Mon, 23 Nov 2026 12:00:00 -0000", 0),
    ],
)
def test_it_is_the_peer_s_clock_minus_ours(header: str, seconds: int) -> None:
    assert measure(header, sent_at=SENT, received_at=RECEIVED) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "hier", "Mon, 99 Nov 2026 12:00:00 GMT", "0", "\x00"])
def test_an_unreadable_header_measures_nothing(header: str) -> None:
    assert measure(header, sent_at=SENT, received_at=RECEIVED) is None


@given(st.text(alphabet='MonNv, 0123456789:+-GTC²٣\x00()"\\', max_size=60))
def test_no_header_breaks_the_measure(header: str) -> None:
    found = measure(header, sent_at=SENT, received_at=RECEIVED)
    assert found is None or isinstance(found, timedelta)


@given(st.integers(0, 99999), st.integers(-99999, 99999))
def test_no_date_is_too_far(year: int, zone: int) -> None:
    measure(f"Fri, 31 Dec {year} 23:59:59 {zone:+05d}", sent_at=SENT, received_at=RECEIVED)
