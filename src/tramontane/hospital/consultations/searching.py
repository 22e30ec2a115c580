"""Running a search of `rules.consultation` through the gateway: what came back, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tramontane.dmp.xds import (
    Association,
    AssociationType,
    AvailabilityStatus,
    DocumentEntry,
    QueryResponse,
    StoredQuery,
    SubmissionSet,
)
from tramontane.hospital.consultations.policy import policy
from tramontane.rules.consultation import (
    Classification,
    FirstSearch,
    LocalDocument,
    NextSearch,
    associations_search,
    classify,
    documents_searches,
    entries_searches,
)

Ask = Callable[[StoredQuery], QueryResponse]
# A chain of replacements longer than this is not followed further: what is left is told at the next opening.
MOST_ROUNDS = 5


@dataclass
class Found:
    """What a search brought back, over all its calls."""

    entries: list[DocumentEntry] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)
    submission_sets: list[SubmissionSet] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    withholding: frozenset[str] = frozenset()
    withheld: int = 0

    def take(self, answer: QueryResponse) -> None:
        """Add one answer; a partial success is a success with its warnings. Types the hospital withholds stop here."""
        kept = [entry for entry in answer.document_entries if _type(entry) not in self.withholding]
        self.withheld += len(answer.document_entries) - len(kept)
        self.entries += kept
        self.associations += answer.associations
        self.submission_sets += answer.submission_sets
        self.warnings += [error.sentence for error in answer.errors]


def run(
    search: FirstSearch | NextSearch,
    ask: Ask,
    local: tuple[LocalDocument, ...],
    withholding: frozenset[str] = frozenset(),
) -> tuple[Found, Classification]:
    """Ask what the search says, in its order, then whatever a replacement leads to. Raises what `ask` raises."""
    found = Found(withholding=withholding)
    answer = ask(search.query)
    found.take(answer)
    if isinstance(search, NextSearch):
        _follow_submissions(answer, ask, found)
    return found, _resolved(found, ask, local)


def _follow_submissions(answer: QueryResponse, ask: Ask, found: Found) -> None:
    associations = associations_search(answer.submission_sets)
    if associations is None:
        return
    links = ask(associations)
    found.take(links)
    for batch in documents_searches(links.associations, policy=policy().search):
        found.take(ask(batch))


def _resolved(found: Found, ask: Ask, local: tuple[LocalDocument, ...]) -> Classification:
    asked: set[str] = set()
    for _ in range(MOST_ROUNDS):
        classification = classify(found.entries, found.associations, local)
        wanted = [uuid for uuid in classification.unresolved if uuid not in asked]
        if not wanted:
            break
        asked.update(wanted)
        _take(found, ask, wanted)
    return classification


def newer_of(found: Found, ask: Ask) -> dict[str, str]:
    """Of the old versions a search brought back, by unique_id: the version that replaces each (RPLC, from new to old)."""
    old = {e.entry_uuid: e.unique_id for e in found.entries if e.availability_status is AvailabilityStatus.DEPRECATED}
    if not old:
        return {}
    _take(found, ask, old)
    newer = {a.target: a.source for a in found.associations if a.type == AssociationType.REPLACES and a.target in old}
    known = {entry.entry_uuid for entry in found.entries}
    _take(found, ask, (uuid for uuid in newer.values() if uuid not in known))
    named = {entry.entry_uuid: entry.unique_id for entry in found.entries}
    return {old[uuid]: named[source] for uuid, source in newer.items() if source in named}


def _take(found: Found, ask: Ask, uuids: Iterable[str]) -> None:
    for batch in entries_searches(uuids, policy=policy().search):
        found.take(ask(batch))


def _type(entry: DocumentEntry) -> str:
    return entry.type_code.code if entry.type_code else ""
