"""A precise search that brings old versions back: each leads to the version that replaced it."""

from __future__ import annotations

from datetime import timedelta

from support.consultation import Ready
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria
from tramontane.hospital import clock
from tramontane.hospital.consultations import selectors, services

EVERYTHING = (AvailabilityStatus.APPROVED, AvailabilityStatus.DEPRECATED)
LONG_AGO = timedelta(days=900)


def test_an_old_version_found_by_a_wide_search_leads_to_the_newer_one(ready: Ready) -> None:
    old = ready.dossier.feed(at=clock.now() - LONG_AGO, title="Version 1")
    new = ready.dossier.feed(at=clock.now() - LONG_AGO, title="Version 2", replaces=old.entry_uuid)
    services.open_record(ready.access)  # two years: neither is seen
    found = services.search(ready.access, DocumentCriteria(statuses=(AvailabilityStatus.DEPRECATED,)))
    assert [entry.title for entry in found.entries] == ["Version 1"], "what was asked, not what it leads to"
    shown = selectors.shown_document(ready.account, ready.patient, old.unique_id)
    assert shown is not None
    assert shown.replaced_by == new.unique_id
    assert selectors.shown_document(ready.account, ready.patient, new.unique_id) is not None, "the link opens"


def test_a_search_without_old_version_asks_once(ready: Ready) -> None:
    ready.dossier.feed(at=clock.now() - LONG_AGO)
    services.open_record(ready.access)
    ready.world.asked.clear()
    services.search(ready.access, DocumentCriteria(statuses=EVERYTHING))
    assert [asked.query for asked in ready.world.asked] == ["FIND_DOCUMENTS"]
