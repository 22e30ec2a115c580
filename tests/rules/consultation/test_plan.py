"""What to ask the DMP when a record is opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import Association, AssociationType, AvailabilityStatus, QueryId, StoredQuery, SubmissionSet
from tramontane.rules.consultation import (
    ConsultationPolicy,
    FirstSearch,
    NextSearch,
    associations_search,
    documents_searches,
    entries_searches,
    opening_search,
    vaccination_search,
    years_before,
)

INS = Ins("279035121518989", InsAuthority.NIR_TEST)
AT = datetime(2026, 3, 2, 10, 15, 30, tzinfo=ZoneInfo("Europe/Paris"))
LETTER = value_set(ValueSetName.TYPE_CODE).require("11488-4")


def first(**changes: object) -> FirstSearch:
    search = opening_search(INS, previous=None, at=AT, **changes)  # type: ignore[arg-type]
    assert isinstance(search, FirstSearch)
    return search


def test_the_first_opening_asks_for_two_years_of_active_documents() -> None:
    query = first().query
    assert query.id == QueryId.FIND_DOCUMENTS
    assert query.text("$XDSDocumentEntryPatientId") == INS.cx
    assert query.texts("$XDSDocumentEntryStatus") == (AvailabilityStatus.APPROVED,)
    # 10:15:30 in Paris, in winter.
    assert query.text("$XDSDocumentEntryServiceStartTimeFrom") == "20240302091530"
    assert query.texts("$XDSDocumentEntryTypeCode") == ()


def test_the_depth_is_said_with_the_list() -> None:
    assert first().hidden == ("Les documents dont l'acte est antérieur au 02/03/2024 ne sont pas affichés.",)


def test_preferred_types_filter_the_first_search_which_says_so_and_can_be_widened() -> None:
    search = first(types=[LETTER])
    assert search.query.texts("$XDSDocumentEntryTypeCode") == ("11488-4^^2.16.840.1.113883.6.1",)
    depth, types = search.hidden
    assert "02/03/2024" in depth
    assert LETTER.label in types
    assert search.without_types() == first()


def test_the_first_search_is_remembered_as_made_now() -> None:
    assert first().remember == AT


def test_a_hospital_may_search_less_deep_but_never_deeper() -> None:
    assert first(policy=ConsultationPolicy(first_search_years=1)).since == years_before(AT, 1)
    for years in (0, 3):
        with pytest.raises(LocalError) as error:
            ConsultationPolicy(first_search_years=years)
        assert error.value.code == "recherche-reglages"
    with pytest.raises(LocalError):
        ConsultationPolicy(batch_size=0)


def test_the_next_opening_asks_for_what_was_submitted_since_and_keeps_the_previous_date_until_success() -> None:
    previous = datetime(2026, 2, 20, 8, 0, tzinfo=UTC)
    search = opening_search(INS, previous=previous, at=AT, types=[LETTER])
    assert search == NextSearch(INS.cx, since=previous, remember=AT)
    assert search.query.id == QueryId.FIND_SUBMISSION_SETS
    assert search.query.text("$XDSSubmissionSetPatientId") == INS.cx
    assert search.query.text("$XDSSubmissionSetSubmissionTimeFrom") == "20260220080000"


def test_an_instant_without_time_zone_is_refused() -> None:
    naive = AT.replace(tzinfo=None)
    for previous, at in ((None, naive), (naive, AT)):
        with pytest.raises(LocalError) as error:
            opening_search(INS, previous=previous, at=at)
        assert error.value.code == "instant-sans-fuseau"


def test_vaccinations_are_offered_without_limit_of_date() -> None:
    query = vaccination_search(INS)
    assert query.texts("$XDSDocumentEntryTypeCode") == ("11369-6^^2.16.840.1.113883.6.1",)
    assert query.text("$XDSDocumentEntryServiceStartTimeFrom") == ""


def test_associations_are_asked_for_once_per_submission_set() -> None:
    query = associations_search([SubmissionSet(entry_uuid=uuid) for uuid in ("a", "b", "a")])
    assert query is not None
    assert (query.id, query.texts("$uuid")) == (QueryId.GET_ASSOCIATIONS, ("a", "b"))


def test_nothing_submitted_ends_the_search() -> None:
    assert associations_search([]) is None
    assert documents_searches([]) == ()


def test_only_members_of_the_submissions_are_asked_for() -> None:
    associations = [
        Association(type=AssociationType.HAS_MEMBER, source="set", target="a"),
        Association(type=AssociationType.REPLACES, source="a", target="old"),
        Association(type=AssociationType.HAS_MEMBER, source="set", target="b"),
    ]
    (query,) = documents_searches(associations)
    assert query.id == QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS
    assert query.texts("$XDSDocumentEntryEntryUUID") == ("a", "b")


def asked(queries: tuple[StoredQuery, ...]) -> list[tuple[str, ...]]:
    return [query.texts("$XDSDocumentEntryEntryUUID") for query in queries]


def test_documents_are_asked_for_by_twenty() -> None:
    assert [len(batch) for batch in asked(entries_searches(map(str, range(45))))] == [20, 20, 5]


@given(st.lists(st.integers(0, 200).map(str)), st.integers(1, 50))
def test_batches_ask_for_every_entry_once_in_order(uuids: list[str], size: int) -> None:
    batches = asked(entries_searches(uuids, policy=ConsultationPolicy(batch_size=size)))
    assert [uuid for batch in batches for uuid in batch] == list(dict.fromkeys(uuids))
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda instant: instant.year > 2), st.integers(1, 2))
def test_years_before_keeps_the_day_and_hour(instant: datetime, years: int) -> None:
    earlier = years_before(instant, years)
    assert earlier.year == instant.year - years
    assert timedelta(days=365 * years) <= instant - earlier <= timedelta(days=365 * years + 1)


def test_the_29_february_becomes_the_28() -> None:
    assert years_before(datetime(2028, 2, 29, tzinfo=UTC), 2) == datetime(2026, 2, 28, tzinfo=UTC)
