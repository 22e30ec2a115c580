"""New, replaced, confidentiality changed, already here: what a search brought back, against what the hospital holds."""

from __future__ import annotations

from dataclasses import replace

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import Association, AssociationType, AvailabilityStatus, DocumentEntry
from tramontane.rules.consultation import Classification, Finding, Kind, LocalDocument, classify

APPROVED, DEPRECATED = AvailabilityStatus.APPROVED, AvailabilityStatus.DEPRECATED
NORMAL = frozenset({"N"})
MASKED = frozenset({"N", "MASQUE_PS"})


def entry(
    name: str,
    status: AvailabilityStatus | None = APPROVED,
    *,
    version: str = "1",
    confidentiality: frozenset[str] = NORMAL,
) -> DocumentEntry:
    """A document of this name: same unique_id and logical_id for every metadata version, one entry_uuid each."""
    return DocumentEntry(
        entry_uuid=f"urn:uuid:{name}-{version}",
        logical_id=f"urn:uuid:{name}",
        version=version,
        availability_status=status,
        unique_id=f"1.2.{name}",
        confidentiality_codes=tuple(Coded(code, "") for code in sorted(confidentiality)),
    )


def local(name: str, *, version: str = "1", confidentiality: frozenset[str] | None = NORMAL) -> LocalDocument:
    return LocalDocument(f"1.2.{name}", f"urn:uuid:{name}-{version}", f"urn:uuid:{name}", confidentiality)


def replaces(new: DocumentEntry, old: DocumentEntry) -> Association:
    return Association(type=AssociationType.REPLACES, source=new.entry_uuid, target=old.entry_uuid)


def told(classification: Classification) -> list[tuple[Kind, str, str]]:
    def one(finding: Finding) -> tuple[Kind, str, str]:
        return finding.kind, finding.entry.unique_id, finding.local.unique_id if finding.local else ""

    return [one(finding) for finding in classification.findings]


def test_a_document_that_nobody_holds_is_new_whether_active_or_archived() -> None:
    found = classify([entry("A"), entry("B", AvailabilityStatus.ARCHIVED)], (), [local("C")])
    assert told(found) == [(Kind.NEW, "1.2.A", ""), (Kind.NEW, "1.2.B", "")]
    assert found.to_notify == found.of(Kind.NEW) == found.findings


def test_deprecated_deleted_and_unknown_statuses_are_ignored() -> None:
    ignored = [entry("A", DEPRECATED), entry("B", AvailabilityStatus.DELETED), entry("C", None)]
    assert classify(ignored, (), []).findings == ()


def test_a_document_already_received_through_mssante_is_here_and_not_notified() -> None:
    found = classify([entry("A", confidentiality=MASKED)], (), [LocalDocument("1.2.A")])
    assert told(found) == [(Kind.ALREADY_HERE, "1.2.A", "1.2.A")]
    assert found.to_notify == ()


def test_a_change_of_confidentiality_is_seen_under_a_new_entry_uuid() -> None:
    found = classify(
        [entry("A", DEPRECATED), entry("A", version="2", confidentiality=MASKED)], (), [local("A", version="1")]
    )
    assert told(found) == [(Kind.CONFIDENTIALITY_CHANGED, "1.2.A", "1.2.A")]
    assert found.findings[0].entry.entry_uuid == "urn:uuid:A-2"
    assert found.to_notify == found.findings


def test_another_change_of_metadata_is_not_notified_but_gives_the_new_entry_uuid() -> None:
    found = classify([entry("A", version="2")], (), [local("A", version="1")])
    assert told(found) == [(Kind.ALREADY_HERE, "1.2.A", "1.2.A")]


def test_a_replaced_document_is_announced_with_its_replacement_which_is_not_also_new() -> None:
    old, new = entry("A", DEPRECATED), entry("B")
    found = classify([new, old], [replaces(new, old)], [local("A")])
    assert told(found) == [(Kind.REPLACED, "1.2.B", "1.2.A")]


def test_a_chain_of_replacements_is_followed_to_the_newest_current_version() -> None:
    a, b, c = entry("A", DEPRECATED), entry("B", DEPRECATED), entry("C")
    found = classify([a, b, c], [replaces(c, b), replaces(b, a)], [local("A")])
    assert told(found) == [(Kind.REPLACED, "1.2.C", "1.2.A")]


def test_the_replaced_version_may_have_changed_its_metadata_since() -> None:
    old, new = entry("A", DEPRECATED, version="3"), entry("B")
    found = classify([old, new], [replaces(new, old)], [local("A", version="1")])
    assert told(found) == [(Kind.REPLACED, "1.2.B", "1.2.A")]


def test_the_replacement_may_have_changed_its_metadata_since() -> None:
    old, first, second = entry("A", DEPRECATED), entry("B", DEPRECATED), entry("B", version="2")
    found = classify([old, first, second], [replaces(first, old)], [local("A")])
    assert [(f.kind, f.entry.entry_uuid) for f in found.findings] == [(Kind.REPLACED, second.entry_uuid)]


def test_a_replacement_already_held_is_here_and_the_old_one_is_marked() -> None:
    old, new = entry("A", DEPRECATED), entry("B")
    found = classify([old, new], [replaces(new, old)], [local("A"), LocalDocument("1.2.B")])
    assert told(found) == [(Kind.REPLACED, "1.2.B", "1.2.A"), (Kind.ALREADY_HERE, "1.2.B", "1.2.B")]


def test_a_replacement_already_announced_is_not_announced_again() -> None:
    old, new = entry("A", DEPRECATED), entry("B")
    announced = replace(local("A"), replaced_by="1.2.B")
    assert classify([old, new], [replaces(new, old)], [announced]).findings == ()


def test_a_replacement_nobody_described_is_to_be_asked_for() -> None:
    old, new = entry("A", DEPRECATED), entry("B")
    found = classify([old], [replaces(new, old)], [local("A")])
    assert found == Classification((), (new.entry_uuid,))
    assert told(classify([old, new], [replaces(new, old)], [local("A")])) == [(Kind.REPLACED, "1.2.B", "1.2.A")]


def test_a_replacement_of_a_document_nobody_holds_is_new() -> None:
    old, new = entry("A", DEPRECATED), entry("B")
    assert told(classify([old, new], [replaces(new, old)], [])) == [(Kind.NEW, "1.2.B", "")]


def test_a_cycle_of_replacements_ends() -> None:
    a, b = entry("A"), entry("B")
    found = classify([a, b], [replaces(a, b), replaces(b, a)], [local("A")])
    assert told(found) == [(Kind.REPLACED, "1.2.B", "1.2.A"), (Kind.ALREADY_HERE, "1.2.A", "1.2.A")]


def test_other_associations_replace_nothing() -> None:
    a, b = entry("A", DEPRECATED), entry("B")
    appended = Association(type=AssociationType.APPENDS, source=b.entry_uuid, target=a.entry_uuid)
    assert told(classify([a, b], [appended], [local("A")])) == [(Kind.NEW, "1.2.B", "")]


def test_an_entry_described_by_two_batches_counts_once() -> None:
    assert told(classify([entry("A"), entry("A")], (), [])) == [(Kind.NEW, "1.2.A", "")]


def test_entries_without_identifiers_never_look_like_a_document_held() -> None:
    bare = DocumentEntry(entry_uuid="urn:uuid:x", availability_status=APPROVED)
    assert told(classify([bare], (), [LocalDocument("1.2.A"), LocalDocument("")])) == [(Kind.NEW, "", "")]


def test_an_association_without_target_replaces_nothing() -> None:
    broken = Association(type=AssociationType.REPLACES, source=entry("B").entry_uuid, target="")
    found = classify([entry("B")], [broken], [LocalDocument("1.2.A")])
    assert told(found) == [(Kind.NEW, "1.2.B", "")]
