"""Any history of a DMP, replayed by a registry that knows what truly happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import Association, AssociationType, AvailabilityStatus, DocumentEntry
from tramontane.rules.consultation import Kind, LocalDocument, classify


@dataclass
class Document:
    """One document of the registry, as it truly is."""

    rank: int
    masked: bool = False
    version: int = 1
    status: AvailabilityStatus = AvailabilityStatus.APPROVED
    replaced_by: Document | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset({"N", "MASQUE_PS"} if self.masked else {"N"})

    def uuid(self, version: int) -> str:
        return f"urn:uuid:{self.rank}-{version}"

    def entry(self, version: int) -> DocumentEntry:
        current = version == self.version
        return DocumentEntry(
            entry_uuid=self.uuid(version),
            logical_id=f"urn:uuid:{self.rank}",
            unique_id=f"1.2.{self.rank}",
            availability_status=self.status if current else AvailabilityStatus.DEPRECATED,
            confidentiality_codes=tuple(Coded(code, "") for code in self.codes),
        )

    def newest(self) -> Document:
        return self.replaced_by.newest() if self.replaced_by else self


@dataclass
class Registry:
    """A DMP that applies operations and keeps the truth."""

    documents: list[Document] = field(default_factory=list)
    links: list[Association] = field(default_factory=list)

    def submit(self, _: int) -> None:
        self.documents.append(Document(len(self.documents)))

    def _pick(self, rank: int) -> Document | None:
        living = [d for d in self.documents if d.status is not AvailabilityStatus.DEPRECATED]
        return living[rank % len(living)] if living else None

    def replace(self, rank: int) -> None:
        if (old := self._pick(rank)) is not None:
            new = Document(len(self.documents))
            self.documents.append(new)
            self.links.append(
                Association(type=AssociationType.REPLACES, source=new.uuid(1), target=old.uuid(old.version))
            )
            old.status, old.replaced_by = AvailabilityStatus.DEPRECATED, new

    def mask(self, rank: int) -> None:
        if (document := self._pick(rank)) is not None:
            document.masked = not document.masked
            document.version += 1

    def archive(self, rank: int) -> None:
        if (document := self._pick(rank)) is not None:
            document.status = AvailabilityStatus.ARCHIVED
            document.version += 1

    def entries(self) -> list[DocumentEntry]:
        return [d.entry(version) for d in self.documents for version in range(1, d.version + 1)]


operations = st.lists(
    st.tuples(st.sampled_from(["submit", "replace", "mask", "archive"]), st.integers(0, 9)), max_size=12
)


def known_locally(document: Document, *, through_dmp: bool) -> LocalDocument:
    if not through_dmp:
        return LocalDocument(f"1.2.{document.rank}")
    entry = document.entry(document.version)
    return LocalDocument(entry.unique_id, entry.entry_uuid, entry.logical_id, document.codes)


@settings(max_examples=300, deadline=None)
@given(operations, operations, st.sets(st.integers(0, 12)), st.sets(st.integers(0, 12)), st.randoms())
def test_every_document_is_told_as_what_truly_happened_to_it(before, after, imported, mssante, shuffle) -> None:  # type: ignore[no-untyped-def]
    registry = Registry()
    for name, rank in before:
        getattr(registry, name)(rank)
    held = {
        d.rank: known_locally(d, through_dmp=d.rank in imported)
        for d in registry.documents
        if d.rank in imported | mssante
    }
    for name, rank in after:
        getattr(registry, name)(rank)

    entries, links = registry.entries(), list(registry.links)
    shuffle.shuffle(entries)
    shuffle.shuffle(links)
    found = {
        (f.kind, f.entry.unique_id, f.local.unique_id if f.local else "")
        for f in classify(entries, links, held.values()).findings
    }

    expected = set()
    for document in registry.documents:
        uid, newest = f"1.2.{document.rank}", document.newest()
        if document.rank in held and newest is not document:
            expected.add((Kind.REPLACED, f"1.2.{newest.rank}", uid))
        if document.status is AvailabilityStatus.DEPRECATED:
            continue
        if document.rank in held:
            before_codes = held[document.rank].confidentiality
            changed = before_codes is not None and before_codes != document.codes
            expected.add((Kind.CONFIDENTIALITY_CHANGED if changed else Kind.ALREADY_HERE, uid, uid))
        elif not any(d.newest() is document and d is not document and d.rank in held for d in registry.documents):
            expected.add((Kind.NEW, uid, ""))
    assert found == expected
