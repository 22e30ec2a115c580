"""What a search brought back, compared with what the hospital already holds.

Source: ANS implementer guide on DMP consultation (PDSm, draft V0.3, 26/05/2026), next accesses, cases A and B.
Three identifiers: `unique_id` is the document's own, everywhere; `logical_id` changes on replacement only;
`entry_uuid` changes on replacement and on every change of metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from tramontane.dmp.xds import Association, AssociationType, AvailabilityStatus, DocumentEntry


@dataclass(frozen=True, slots=True)
class LocalDocument:
    """A document the hospital holds, whatever brought it: DMP, MSSanté, own production.

    Attributes:
        unique_id: the document's own identifier (OID).
        entry_uuid: last metadata version known; empty when it never came from the DMP.
        logical_id: as given by the DMP; empty when it never came from the DMP.
        confidentiality: codes last known in the DMP; None when never known.
        replaced_by: unique_id of the version already announced as its replacement.
    """

    unique_id: str
    entry_uuid: str = ""
    logical_id: str = ""
    confidentiality: frozenset[str] | None = None
    replaced_by: str = ""


class Kind(StrEnum):
    """What a document found in the DMP is to the hospital."""

    NEW = "nouveau"
    REPLACED = "remplacé"
    CONFIDENTIALITY_CHANGED = "confidentialité modifiée"
    ALREADY_HERE = "déjà présent"


NOTIFIED = frozenset({Kind.NEW, Kind.REPLACED, Kind.CONFIDENTIALITY_CHANGED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One conclusion.

    Attributes:
        entry: as the DMP describes it now; its entry_uuid, logical_id and confidentiality update the local index.
        local: the local document concerned: the same one, or for REPLACED the one that `entry` replaces.
    """

    kind: Kind
    entry: DocumentEntry
    local: LocalDocument | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """Every finding of one search.

    Attributes:
        findings: in the order of the entries, replacements of held documents first.
        unresolved: entry UUIDs that a replacement leads to and that nobody described: to be asked for, then classified
            again with the rest.
    """

    findings: tuple[Finding, ...]
    unresolved: tuple[str, ...] = ()

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)

    @property
    def to_notify(self) -> tuple[Finding, ...]:
        """What the professional is told: new, replaced, confidentiality changed."""
        return tuple(finding for finding in self.findings if finding.kind in NOTIFIED)


# Deprecated entries are ignored, and an unpublished (Deleted) document is not to be offered.
_CURRENT = frozenset({AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED})


def classify(
    entries: Iterable[DocumentEntry], associations: Iterable[Association], local: Iterable[LocalDocument]
) -> Classification:
    """Compare what the DMP answered, over every batch, with the local index.

    A local document whose replacement was already announced is not announced again.
    """
    return _Comparison(tuple(entries), tuple(associations), tuple(local)).conclude()


@dataclass(frozen=True)
class _Comparison:
    entries: tuple[DocumentEntry, ...]
    associations: tuple[Association, ...]
    local: tuple[LocalDocument, ...]

    def conclude(self) -> Classification:
        replaced = tuple(self._replacements())
        replacing = {finding.entry.entry_uuid for finding in replaced}
        others = (self._same_or_new(entry, replacing) for entry in self._by_uuid.values() if _is_current(entry))
        announced = tuple(f for f in replaced if f.local and f.local.replaced_by != f.entry.unique_id)
        return Classification((*announced, *(f for f in others if f is not None)), tuple(self._unresolved()))

    @cached_property
    def _by_uuid(self) -> Mapping[str, DocumentEntry]:
        # Batches may describe the same entry twice.
        return {entry.entry_uuid: entry for entry in self.entries}

    @cached_property
    def _by_logical_id(self) -> Mapping[str, LocalDocument]:
        return {document.logical_id: document for document in self.local if document.logical_id}

    @cached_property
    def _by_unique_id(self) -> Mapping[str, LocalDocument]:
        return {document.unique_id: document for document in self.local if document.unique_id}

    def _held(self, entry: DocumentEntry) -> LocalDocument | None:
        return self._by_logical_id.get(entry.logical_id) or self._by_unique_id.get(entry.unique_id)

    def _node(self, entry_uuid: str) -> str:
        """The document an entry UUID describes: its logical_id, or the UUID itself while nobody described it."""
        entry = self._by_uuid.get(entry_uuid)
        return (entry and entry.logical_id) or entry_uuid

    @cached_property
    def _current(self) -> Mapping[str, DocumentEntry]:
        return {self._node(entry.entry_uuid): entry for entry in self._by_uuid.values() if _is_current(entry)}

    @cached_property
    def _successors(self) -> Mapping[str, tuple[str, ...]]:
        """For each document, those that replace it. RPLC goes from the new to the old, between metadata versions."""
        links: dict[str, tuple[str, ...]] = {}
        for association in self.associations:
            if association.type == AssociationType.REPLACES:
                replaced = self._node(association.target)
                links[replaced] = (*links.get(replaced, ()), self._node(association.source))
        return links

    @cached_property
    def _chains(self) -> Mapping[LocalDocument, tuple[str, ...]]:
        """For each held document, the documents that replace it, nearest first."""
        own = {document: [document.logical_id, self._node(document.entry_uuid)] for document in self.local}
        for entry in self._by_uuid.values():
            if (held := self._held(entry)) is not None:
                own[held].append(self._node(entry.entry_uuid))
        return {document: tuple(self._follow(nodes)) for document, nodes in own.items()}

    def _follow(self, nodes: list[str]) -> Iterator[str]:
        waiting = [node for node in dict.fromkeys(nodes) if node]
        seen = set(waiting)
        while waiting:
            for successor in self._successors.get(waiting.pop(0), ()):
                if successor not in seen:  # a cycle, or two paths to one document
                    seen.add(successor)
                    waiting.append(successor)
                    yield successor

    def _replacements(self) -> Iterator[Finding]:
        for document, chain in self._chains.items():
            newest = next((self._current[node] for node in reversed(chain) if node in self._current), None)
            if newest is not None:
                yield Finding(Kind.REPLACED, newest, document)

    def _same_or_new(self, entry: DocumentEntry, replacing: set[str]) -> Finding | None:
        held = self._held(entry)
        if held is not None:
            return Finding(_kind_of_known(entry, held), entry, held)
        return None if entry.entry_uuid in replacing else Finding(Kind.NEW, entry)

    def _unresolved(self) -> Iterator[str]:
        described = {self._node(uuid) for uuid in self._by_uuid}
        found = dict.fromkeys(node for chain in self._chains.values() for node in chain)
        return (node for node in found if node not in described)


def _is_current(entry: DocumentEntry) -> bool:
    return entry.availability_status in _CURRENT


def _kind_of_known(entry: DocumentEntry, document: LocalDocument) -> Kind:
    now = frozenset(code.code for code in entry.confidentiality_codes)
    changed = document.confidentiality is not None and document.confidentiality != now
    return Kind.CONFIDENTIALITY_CHANGED if changed else Kind.ALREADY_HERE
