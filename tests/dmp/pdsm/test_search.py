"""ITI-67: what a search asks, and which documents answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp import pdsm
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.pdsm import SearchCriteria, UnsupportedSearch
from tramontane.dmp.pdsm.search import PARAMETERS
from tramontane.dmp.xds import AvailabilityStatus, DocumentEntry

ENTRY = DocumentEntry(
    entry_uuid="urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1101",
    unique_id="1.2.3.4",
    availability_status=AvailabilityStatus.APPROVED,
    type_code=Coded("11488-4", "2.16.840.1.113883.6.1"),
    class_code=Coded("11", "1.2.250.1.213.1.1.4.1"),
    confidentiality_codes=(Coded("N", "2.16.840.1.113883.5.25"),),
    creation_time=datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC),
    service_start_time=datetime(2026, 3, 1, 8, tzinfo=UTC),
    service_stop_time=datetime(2026, 3, 3, 8, tzinfo=UTC),
)


def found(*parameters: tuple[str, str], **changes: Any) -> bool:
    import msgspec

    return pdsm.matches(msgspec.structs.replace(ENTRY, **changes), SearchCriteria.read(parameters))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("status", "current", True),
        ("status", "superseded", False),
        ("status", "superseded,current", True),
        ("type", "11488-4", True),
        ("type", "http://loinc.org|11488-4", True),
        ("type", "http://snomed.info/sct|11488-4", False),
        ("type", "|11488-4", False),
        ("type", "11488", False),
        ("category", "urn:oid:1.2.250.1.213.1.1.4.1|11", True),
        ("security-label", "N", True),
        ("security-label", "R", False),
        ("event", "DEQP003", False),
        ("facility", "SA01", False),
        ("identifier", "urn:ietf:rfc:3986|urn:oid:1.2.3.4", True),
        ("identifier", "urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1101", True),
        ("identifier", "urn:oid:1.2.3", False),
        ("date", "2026", True),
        ("date", "2026-03", True),
        ("date", "2026-03-02", True),
        ("date", "2026-03-03", False),
        ("date", "ne2026-03-03", True),
        ("date", "2026-03-02T10:15:30+01:00", True),
        ("date", "2026-03-02T09:15Z", True),
        ("date", "ge2026-03-02", True),
        ("date", "gt2026-03-02", False),
        ("date", "gt2026-03-01", True),
        ("date", "le2026-03-02", True),
        ("date", "lt2026-03-02", False),
        ("date", "lt2026-03-03", True),
        ("period", "2026-03-02", False),
        ("period", "2026-03", True),
        ("period", "ge2026-03-03", True),
        ("period", "gt2026-03-03", False),
        ("period", "lt2026-03-02", True),
    ],
)
def test_each_parameter_finds_what_it_names_and_nothing_else(name, value, expected):
    assert found((name, value)) is expected


def test_parameters_all_apply_and_alternatives_do_not():
    assert found(("type", "11488-4"), ("date", "ge2026-03-01"), ("date", "lt2026-04-01"))
    assert not found(("type", "11488-4"), ("status", "superseded"))


def test_an_archived_document_is_current():
    assert found(("status", "current"), availability_status=AvailabilityStatus.ARCHIVED)


def test_a_document_without_date_answers_no_date():
    assert not found(("date", "ge1900"), creation_time=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author.given", "ALIX"),
        ("type:not", "11488-4"),
        ("patient", "Patient/1"),
        ("related", "x"),
        ("type", ""),
        ("type", "a,,b"),
        ("date", "hier"),
        ("date", "2026-13"),
        ("date", "2026-02-30"),
        ("date", "sa2026"),
        ("date", "0000"),
        ("date", "9999"),
        ("date", "2026-03-02T25:00Z"),
        ("date", "2026-03-02T10:15"),
        ("date", "２０２６"),
    ],
)
def test_what_is_not_served_is_refused_and_never_ignored(name, value):
    with pytest.raises(UnsupportedSearch) as refused:
        SearchCriteria.read([(name, value)])
    assert refused.value.next_step


@given(st.sampled_from(sorted(PARAMETERS)), st.text(max_size=40))
def test_no_value_breaks_a_search(name, value):
    try:
        criteria = SearchCriteria.read([(name, value)])
    except UnsupportedSearch:
        return
    if name != "patient.identifier":
        assert pdsm.matches(ENTRY, criteria) in (True, False)


def test_a_token_says_its_system_or_any():
    assert pdsm.read_token("urn:oid:1.2|3") == ("urn:oid:1.2", "3")
    assert pdsm.read_token("3") == (None, "3")
    assert pdsm.read_token("|3") == ("", "3")
