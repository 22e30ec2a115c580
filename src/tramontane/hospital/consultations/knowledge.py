"""Writing down what the DMP showed: documents, sightings, the date of the search. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module

import msgspec
from django.conf import settings

from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.xds import DocumentEntry
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.describing import described
from tramontane.hospital.consultations.models import DmpState, KnownDocument, SearchMemory, Sighting
from tramontane.hospital.patients.models import Patient
from tramontane.rules.consultation import Classification, Kind, LocalDocument

_REFRESHED = (
    "logical_id", "entry_uuid", "availability_status", "type_code", "class_code", "title", "service_start_time",
    "creation_time", "entry", "last_seen_at", "label", "author", "institution", "marks",
)  # fmt: skip

# What a search compares: of the entry, its confidentiality codes only, taken out by the database.
_COMPARED = (
    "document__unique_id", "document__entry_uuid", "document__logical_id", "document__entry__confidentiality_codes",
    "document__replaced_by",
)  # fmt: skip


def keep_status(access: Access, status: DmpStatus, at: datetime) -> DmpState:
    """The last answer of TD0.2 for this professional. It holds no trait (RG_0320)."""
    detail = {
        "closing_date": status.closing_date.isoformat() if status.closing_date else "",
        "closing_motive": status.closing_motive,
        "medecin_traitant": status.is_medecin_traitant,
        "authorisation_code": status.authorisation_code,
    }
    row, _ = DmpState.objects.update_or_create(
        patient=access.patient,
        account=access.account,
        defaults={
            "exists": status.exists,
            "open": status.open,
            "authorisation": status.authorisation or "",
            "detail": detail,
            "checked_at": at,
        },
    )
    return row


def local_documents(account: Account, patient: Patient) -> tuple[LocalDocument, ...]:
    """What is not new: the documents of the hospital's record, and those the DMP already showed to this professional."""
    held = {document.unique_id: document for document in _held(patient)}
    shown = Sighting.objects.filter(account=account, document__patient=patient).values_list(*_COMPARED)
    for unique_id, entry_uuid, logical_id, coded, replaced_by in shown.iterator():
        codes = frozenset(one["code"] for one in coded or ())
        held[unique_id] = LocalDocument(unique_id, entry_uuid, logical_id, codes, replaced_by)
    return tuple(held.values())


def _held(patient: Patient) -> Iterable[LocalDocument]:
    """The record belongs to a later step: settings name its reader, `package.module.function(patient)`."""
    name = getattr(settings, "HELD_DOCUMENTS", "")
    if not name:
        return ()
    module, _, function = name.rpartition(".")
    found: Iterable[LocalDocument] = getattr(import_module(module), function)(patient)
    return found


def keep_entries(access: Access, entries: Iterable[DocumentEntry], at: datetime) -> None:
    """Index the documents shown, and note that they were shown to this professional. Six queries, however many."""
    described = {entry.unique_id: entry for entry in entries if entry.unique_id}
    if not described:
        return
    known = KnownDocument.objects.filter(patient=access.patient, unique_id__in=described).in_bulk(field_name="pk")
    rows = {row.unique_id: row for row in known.values()}
    for row in rows.values():
        _describe(row, described[row.unique_id], at)
    KnownDocument.objects.bulk_update(rows.values(), _REFRESHED)
    fresh = [_describe(KnownDocument(patient=access.patient, unique_id=uid, first_seen_at=at), entry, at)
             for uid, entry in described.items() if uid not in rows]  # fmt: skip
    KnownDocument.objects.bulk_create(fresh)
    _sight(access.account, [*rows.values(), *fresh], at)


def _describe(row: KnownDocument, entry: DocumentEntry, at: datetime) -> KnownDocument:
    words = described(entry)
    row.logical_id = entry.logical_id
    row.entry_uuid = entry.entry_uuid
    row.availability_status = words.status
    row.type_code, row.class_code = words.type_code, words.class_code
    row.title, row.label = words.title[:250], words.label[:250]
    row.author, row.institution, row.marks = words.author[:200], words.institution[:200], words.marks
    row.service_start_time = entry.service_start_time
    row.creation_time = entry.creation_time
    # Identity traits that come from the DMP are not to be shown (RG_0320): they are not kept either.
    row.entry = msgspec.to_builtins(msgspec.structs.replace(entry, source_patient_info=()))
    row.last_seen_at = at
    return row


def _sight(account: Account, documents: list[KnownDocument], at: datetime) -> None:
    Sighting.objects.filter(account=account, document__in=documents).update(last_seen_at=at)
    rows = [Sighting(document=one, account=account, first_seen_at=at, last_seen_at=at) for one in documents]
    Sighting.objects.bulk_create(rows, ignore_conflicts=True)


def keep_replacements(patient: Patient, classification: Classification) -> None:
    """Say of each replaced document which one replaces it, so that it is announced once."""
    for finding in classification.of(Kind.REPLACED):
        if finding.local is not None:
            known = KnownDocument.objects.filter(patient=patient, unique_id=finding.local.unique_id)
            known.update(replaced_by=finding.entry.unique_id)


def keep_memory(access: Access, searched_at: datetime, last_deposit_at: datetime | None) -> None:
    """The date of a search that succeeded: what the next one starts from."""
    SearchMemory.objects.update_or_create(
        patient=access.patient,
        account=access.account,
        defaults={"searched_at": searched_at, "last_deposit_at": last_deposit_at},
    )
