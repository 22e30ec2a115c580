"""Dates are UTC on the wire; shorter ones are read as their first instant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import LocalError
from tramontane.dmp.xds import format_time, parse_time
from tramontane.dmp.xds.times import parse_number


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20260220133015", datetime(2026, 2, 20, 13, 30, 15, tzinfo=UTC)),
        ("202602201330", datetime(2026, 2, 20, 13, 30, tzinfo=UTC)),
        ("20260220", datetime(2026, 2, 20, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("20260220133015.123", datetime(2026, 2, 20, 13, 30, 15, tzinfo=UTC)),
        ("20260220133015+0100", datetime(2026, 2, 20, 12, 30, 15, tzinfo=UTC)),
        ("20260220133015-0030", datetime(2026, 2, 20, 14, 0, 15, tzinfo=UTC)),
    ],
)
def test_every_precision_reads_as_its_first_instant(text, instant):
    assert parse_time(text) == instant


@pytest.mark.parametrize(
    "text",
    ["", "hier", "20261", "20261320133000", "2026-02-20", "2026W07120000", "20260220250000", "２０２６0220133015",
     "0001010100+0100", "99991231235959-0100", "20260220133015+9"],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert parse_time(text) is None


@given(st.integers(0, 3_000 * 366 * 86_400), st.integers(-12, 14))
def test_a_date_reads_back_whatever_its_zone(seconds, hours):
    instant = datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=hours))) + timedelta(seconds=seconds)
    assert parse_time(format_time(instant)) == instant


def test_a_date_without_zone_is_not_written():
    with pytest.raises(LocalError) as refused:
        format_time(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test
    assert refused.value.code == "date-sans-fuseau"


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("0488", 488), ("-1", None), ("1e3", None), ("²", None), ("9" * 20, None)]
)
def test_a_count_is_digits(text, number):
    assert parse_number(text) == number
