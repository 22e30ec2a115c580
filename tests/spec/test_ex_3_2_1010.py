"""EX_3.2-1010 — no systematic download after a search: a document is fetched when the professional asks for it."""

from __future__ import annotations

from support.access_spec import codes, refusals
from tramontane.rules.access import Purpose


def test_a_document_is_never_fetched_automatically() -> None:
    found = refusals(Purpose.RETRIEVE, explicit_request=False)
    assert found == {"telechargement-automatique": "EX_3.2-1010"}


def test_the_search_at_the_opening_of_the_record_may_be_automatic() -> None:
    assert codes(Purpose.LIST, explicit_request=False) == set()
