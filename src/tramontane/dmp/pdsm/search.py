"""ITI-67: the parameters of a search, read strictly, and whether a document matches them.

Source: page « TD3.1a » of the DMP's PDSm guide (parameters and their XDS metadata); FHIR R4 §3.1.1 (token, date).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tramontane.dmp.errors import LocalError
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.pdsm.document_reference import status_of
from tramontane.dmp.pdsm.values import system, urn
from tramontane.dmp.xds import DocumentEntry

# Parameter → FHIR search type. `related` of the guide is not served.
PARAMETERS: Mapping[str, str] = {
    "patient.identifier": "token",
    "identifier": "token",
    "status": "token",
    "type": "token",
    "category": "token",
    "facility": "token",
    "setting": "token",
    "format": "token",
    "security-label": "token",
    "event": "token",
    "date": "date",
    "period": "date",
}
_CODES: Mapping[str, Callable[[DocumentEntry], Iterable[Coded | None]]] = {
    "type": lambda entry: (entry.type_code,),
    "category": lambda entry: (entry.class_code,),
    "facility": lambda entry: (entry.facility_type,),
    "setting": lambda entry: (entry.practice_setting,),
    "format": lambda entry: (entry.format_code,),
    "security-label": lambda entry: entry.confidentiality_codes,
    "event": lambda entry: entry.event_codes,
}
_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le)?(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<time>\d\d:\d\d(?::\d\d)?)(?P<zone>Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)


class UnsupportedSearch(LocalError):
    """A parameter or a value that is not served: refused, never ignored (FHIR R4 §3.1.1.3, strict handling)."""

    code = "recherche-non-prise-en-charge"


Span = tuple[datetime, datetime]
"""From included, to excluded; aware, UTC."""


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """What is sought, each name with the alternatives of each of its occurrences: AND of ORs."""

    tokens: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dates: tuple[tuple[str, tuple[tuple[str, Span], ...]], ...] = ()

    @classmethod
    def read(cls, parameters: Iterable[tuple[str, str]]) -> SearchCriteria:
        """From (name, value) pairs; `patient.identifier` is the caller's affair.

        Raises:
            UnsupportedSearch: an unknown parameter or modifier, an empty value, or a date that is none.
        """
        tokens, dates = [], []
        for name, value in parameters:
            alternatives = value.split(",")
            if name not in PARAMETERS or not all(alternatives):
                raise _unsupported(name)
            if PARAMETERS[name] == "date":
                dates.append((name, tuple(_date(name, one) for one in alternatives)))
            else:
                tokens.append((name, tuple(alternatives)))
        return cls(tuple(tokens), tuple(dates))


def matches(entry: DocumentEntry, criteria: SearchCriteria) -> bool:
    """Whether a document answers every parameter."""
    return all(any(_token(entry, name, one) for one in values) for name, values in criteria.tokens) and all(
        any(_in_time(entry, name, prefix, span) for prefix, span in values) for name, values in criteria.dates
    )


def read_token(text: str) -> tuple[str | None, str]:
    """`system|value` → both; `value` alone → (None, value): any system."""
    before, bar, after = text.partition("|")
    return (before, after) if bar else (None, before)


def _token(entry: DocumentEntry, name: str, text: str) -> bool:
    if name == "status":
        return read_token(text)[1] == status_of(entry)
    if name == "identifier":
        return read_token(text)[1] in {urn(entry.unique_id), entry.unique_id, urn(entry.entry_uuid)}
    sought_system, code = read_token(text)
    return any(
        coded is not None and coded.code == code and sought_system in (None, system(coded.code_system))
        for coded in _CODES[name](entry)
    )


def _in_time(entry: DocumentEntry, name: str, prefix: str, span: Span) -> bool:
    start, end = _moments(entry, name)
    if start is None or end is None:
        return False
    first, after = span
    inside = first <= start and end < after
    return {
        "eq": inside,
        "ne": not inside,
        "gt": end >= after,
        "ge": end >= first,
        "lt": start < first,
        "le": start < after,
    }[prefix]


def _moments(entry: DocumentEntry, name: str) -> Sequence[datetime | None]:
    """`date` is creationTime; `period` goes from serviceStartTime to serviceStopTime, else to its start."""
    if name == "date":
        return entry.creation_time, entry.creation_time
    return entry.service_start_time, entry.service_stop_time or entry.service_start_time


def _date(name: str, text: str) -> tuple[str, Span]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _unsupported(name)
    try:
        return found["prefix"] or "eq", _span(found)
    except (ValueError, OverflowError) as error:
        raise _unsupported(name) from error


def _span(found: re.Match[str]) -> Span:
    """As long as what was written is precise: a year, a month, a day, a minute, a second. Dates without zone: UTC."""
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    if found["time"]:
        moment = datetime.fromisoformat(found[0].removeprefix(found["prefix"] or "")).astimezone(UTC)
        return moment, moment + timedelta(seconds=1 if found["time"].count(":") == 2 else 60)
    first = datetime(year, month, day, tzinfo=UTC)
    days = 1 if found["day"] else calendar.monthrange(year, month)[1] if found["month"] else 365 + calendar.isleap(year)
    return first, first + timedelta(days=days)


def _unsupported(name: str) -> UnsupportedSearch:
    known = name in PARAMETERS
    return UnsupportedSearch(
        "Cette recherche n’est pas prise en charge.",
        expected="une valeur que FHIR permet" if known else "un paramètre de la façade",
        received=f"paramètre « {name[:40]} »",
        reference="FHIR R4, §3.1.1 ; PDSm, ITI-67",
        next_step="lisez le CapabilityStatement (/fhir/metadata)",
    )
