"""HL7 timestamps: kept verbatim, understood when they can be, shown in French."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Self

# HL7 V3 data types, TS: yyyy[MM[dd[HH[mm[ss[.f]]]]]][±zzzz]
_TS = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d)"
    r"(?:\.\d+)?)?)?)?)?)?(?P<zone>[+-]\d{4})?",
    re.ASCII,
)
# The process locale is not read.
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment as the document writes it; any text is kept, even one that is no date.

    Attributes:
        value: e.g. ``20260220143000+0100``; empty when the document says nothing.
    """

    value: str = ""

    @classmethod
    def of(cls, instant: datetime) -> Self:
        """The timestamp of an aware instant, to the second, with its offset."""
        return cls(f"{instant:%Y%m%d%H%M%S%z}")

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def instant(self) -> datetime | None:
        """The instant, when the timestamp has a time and an offset; None otherwise."""
        moment = self._moment()
        return moment if moment is not None and moment.tzinfo is not None else None

    def display(self, zone: tzinfo | None = None) -> str:
        """In French, to the precision of the document: in `zone` when given and known, else as written.

        What cannot be understood is shown as it is: hiding it would be worse.
        """
        moment, digits = self._moment(), len(self.value.partition("+")[0].partition("-")[0])
        if moment is None:
            return self.value
        if digits < 8:
            return f"{_MONTHS[moment.month - 1]} {moment.year}" if digits == 6 else str(moment.year)
        if digits < 12:
            return _day(moment)
        if moment.tzinfo is None or zone is None:
            return f"{_day(moment)} à {moment:%H:%M}" + (f" (UTC{moment:%z})" if moment.tzinfo else "")
        local = moment.astimezone(zone)
        return f"{_day(local)} à {local:%H:%M}"

    def _moment(self) -> datetime | None:
        found = _TS.fullmatch(self.value)
        if found is None:
            return None
        day = (int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
        clock = (int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0))
        try:
            return datetime(*day, *clock, tzinfo=_zone(found["zone"]))
        except ValueError:
            return None


UNSAID = Timestamp()
"""The timestamp of what the document does not say."""


def _zone(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:])))


def _day(moment: datetime) -> str:
    return f"{'1er' if moment.day == 1 else moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
