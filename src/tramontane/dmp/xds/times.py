"""Dates and sizes of XDS metadata. Dates: HL7 TS digits in UTC, full or shortened (ITI TF-3 table 4.2.3.1.7-2, DTM)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tramontane.dmp.errors import LocalError

_SHAPE = re.compile(r"(\d{4,14})(?:\.\d+)?([+-]\d{4})?", re.ASCII)
_LOWEST = "00000101000000"


def parse_time(text: str) -> datetime | None:
    """The first instant that `text` covers, aware, in UTC; None when it is not a date.

    ``yyyy`` to ``yyyyMMddHHmmss`` are read; fractions of seconds are dropped; an offset, which XDS does not
    allow but some producers write, is honoured.
    """
    match = _SHAPE.fullmatch(text)
    if match is None or len(match[1]) % 2:
        return None
    instant = parse_full_time(match[1] + _LOWEST[len(match[1]) :])
    try:
        return instant - _offset(match[2]) if instant and match[2] else instant
    except OverflowError:
        return None


def parse_full_time(digits: str) -> datetime | None:
    """The instant of ``yyyyMMddHHmmss``, by far the most common form; None for anything else."""
    if len(digits) != 14 or not digits.isdigit():  # fromisoformat refuses what is not ASCII
        return None
    try:
        return datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}Z")
    except ValueError:
        return None


def parse_number(text: str) -> int | None:
    """A count in digits; None when it is not one (or no machine could hold it)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def format_time(instant: datetime) -> str:
    """``yyyyMMddHHmmss`` in UTC.

    Raises:
        LocalError: `instant` has no time zone, so that nobody knows which instant it is.
    """
    if instant.tzinfo is None:
        raise LocalError(
            "Une date sans fuseau horaire ne peut pas être écrite dans les métadonnées.",
            code="date-sans-fuseau",
            expected="une date avec son fuseau horaire",
            received="une date sans fuseau",
            reference="IHE ITI TF-3, DTM ; EX_3.1-1070",
        )
    digits = instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return digits.translate(_NO_SEPARATORS)


_NO_SEPARATORS = str.maketrans("", "", "-T:")


def _offset(text: str) -> timedelta:
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return -offset if text[0] == "-" else offset
