"""HL7 timestamps are shown in French, to their own precision, and never hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tramontane.dmp.cda import Timestamp

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026", "2026"),
        ("202602", "février 2026"),
        ("20260220", "20 février 2026"),
        ("20260801", "1er août 2026"),
        ("2026022014", "20 février 2026"),
        ("202602201430", "20 février 2026 à 14:30"),
        ("20260220143059", "20 février 2026 à 14:30"),
        ("20260220143059.123", "20 février 2026 à 14:30"),
        ("20260220133000+0000", "20 février 2026 à 14:30"),
        ("20260714233000+0000", "15 juillet 2026 à 01:30"),
        ("20260220143000-0500", "20 février 2026 à 20:30"),
        ("", ""),
        ("pas une date", "pas une date"),
        ("20261345", "20261345"),
        ("20260230", "20260230"),
        ("20260220143000+9900", "20260220143000+9900"),
    ],
)
def test_a_timestamp_is_shown_in_the_time_of_the_reader(value, shown):
    assert Timestamp(value).display(PARIS) == shown


def test_without_a_reader_zone_the_time_is_shown_as_written_with_its_offset():
    assert Timestamp("20260220143000+0100").display() == "20 février 2026 à 14:30 (UTC+0100)"
    assert Timestamp("20260220143000").display() == "20 février 2026 à 14:30"


def test_an_instant_becomes_a_timestamp_and_comes_back():
    instant = datetime(2026, 2, 20, 14, 30, tzinfo=timezone(timedelta(hours=1)))
    assert Timestamp.of(instant) == Timestamp("20260220143000+0100")
    assert Timestamp.of(instant).instant == instant
    assert Timestamp.of(instant.astimezone(UTC)).instant == instant


@pytest.mark.parametrize("value", ["", "20260220", "20260220143000", "pas une date"])
def test_what_has_no_offset_is_no_instant(value):
    assert Timestamp(value).instant is None


def test_the_empty_timestamp_is_false():
    assert not Timestamp()
    assert Timestamp("2026")
