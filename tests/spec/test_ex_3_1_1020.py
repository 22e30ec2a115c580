"""EX_3.1-1020 — documents since the last search: its date is remembered, and replaced only by a search that succeeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.access_facts import INS
from tramontane.dmp.xds import QueryId
from tramontane.rules.consultation import FirstSearch, NextSearch, opening_search

START = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def test_no_submission_falls_between_two_searches_even_when_one_fails() -> None:
    first = opening_search(INS, previous=None, at=START)
    assert isinstance(first, FirstSearch)

    failed = opening_search(INS, previous=first.remember, at=START + timedelta(days=1))
    retried = opening_search(INS, previous=first.remember, at=START + timedelta(days=2))
    for search in (failed, retried):
        assert isinstance(search, NextSearch)
        assert search.query.id == QueryId.FIND_SUBMISSION_SETS
        assert search.query.time("$XDSSubmissionSetSubmissionTimeFrom") == START

    following = opening_search(INS, previous=retried.remember, at=START + timedelta(days=3))
    assert isinstance(following, NextSearch)
    assert following.since == START + timedelta(days=2)
