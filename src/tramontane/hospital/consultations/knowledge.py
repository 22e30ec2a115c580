"""Writing down what the DMP showed: documents, sightings, the date of the search. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Model, QuerySet

from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.xds import DocumentEntry
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.describing import described
from tramontane.hospital.consultations.models import Answer, DmpState, KnownDocument, SearchMemory, Sighting
from tramontane.hospital.consultations.view import Told
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.prepared import prepared
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


def keep_status(access: Access, status: DmpStatus, at: datetime) -> None:
    """The last answer of TD0.2 for this professional. It holds no trait (RG_0320)."""
    detail = {
        "closing_date": status.closing_date.isoformat() if status.closing_date else "",
        "closing_motive": status.closing_motive,
        "medecin_traitant": status.is_medecin_traitant,
        "authorisation_code": status.authorisation_code,
    }
    _keep(
        DmpState,
        access,
        exists=status.exists,
        open=status.open,
        authorisation=status.authorisation or "",
        detail=detail,
        checked_at=at,
    )


def _keep(model: type[Model], access: Access, **values: Any) -> None:
    """The one row a patient and professional have in this table: made, or made anew. One query."""
    row = model(patient=access.patient, account=access.account, **values)
    model._default_manager.bulk_create(  # noqa: SLF001 - the documented name of a manager whatever the model
        [row], update_conflicts=True, unique_fields=("patient", "account"), update_fields=tuple(values)
    )


def local_documents(account: Account, patient: Patient) -> tuple[LocalDocument, ...]:
    """What is not new: the documents of the hospital's record, and those the DMP already showed to this professional."""
    held = {document.unique_id: document for document in _held(patient)}
    for unique_id, entry_uuid, logical_id, coded, replaced_by in _compared(account, patient):
        codes = frozenset(one["code"] for one in coded or ())
        held[unique_id] = LocalDocument(unique_id, entry_uuid, logical_id, codes, replaced_by)
    return tuple(held.values())


@prepared
def _compared(account: Account, patient: Patient) -> QuerySet[Sighting, Any]:
    return Sighting.objects.filter(account=account, document__patient=patient).values_list(*_COMPARED)


def _held(patient: Patient) -> Iterable[LocalDocument]:
    """The record belongs to a later step: settings name its reader, `package.module.function(patient)`."""
    name = getattr(settings, "HELD_DOCUMENTS", "")
    if not name:
        return ()
    module, _, function = name.rpartition(".")
    found: Iterable[LocalDocument] = getattr(import_module(module), function)(patient)
    return found


def keep_entries(access: Access, entries: Iterable[DocumentEntry], at: datetime) -> None:
    """Index the documents shown, and note that they were shown to this professional. Two queries for a few dozen."""
    documents = [_known(access.patient, entry, at) for entry in _once(entries)]
    KnownDocument.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=("patient", "unique_id"), update_fields=_REFRESHED
    )
    Sighting.objects.bulk_create(
        [Sighting(document=one, account=access.account, first_seen_at=at, last_seen_at=at) for one in documents],
        update_conflicts=True,
        unique_fields=("document", "account"),
        update_fields=("last_seen_at",),
    )


def _once(entries: Iterable[DocumentEntry]) -> Iterable[DocumentEntry]:
    """Each document as last described: two queries of one search may both bring it."""
    return {entry.unique_id: entry for entry in entries if entry.unique_id}.values()


def _known(patient: Patient, entry: DocumentEntry, at: datetime) -> KnownDocument:
    words = described(entry)
    return KnownDocument(
        patient=patient,
        unique_id=entry.unique_id,
        logical_id=entry.logical_id,
        entry_uuid=entry.entry_uuid,
        availability_status=words.status,
        type_code=words.type_code,
        class_code=words.class_code,
        title=words.title[:250],
        label=words.label[:250],
        author=words.author[:200],
        institution=words.institution[:200],
        marks=words.marks,
        service_start_time=entry.service_start_time,
        creation_time=entry.creation_time,
        # Identity traits that come from the DMP are not to be shown (RG_0320): they are not kept either.
        entry=msgspec.to_builtins(msgspec.structs.replace(entry, source_patient_info=())),
        first_seen_at=at,
        last_seen_at=at,
    )


def keep_replacements(patient: Patient, classification: Classification) -> None:
    """Say of each replaced document which one replaces it, so that it is announced once."""
    for finding in classification.of(Kind.REPLACED):
        if finding.local is not None:
            known = KnownDocument.objects.filter(patient=patient, unique_id=finding.local.unique_id)
            known.update(replaced_by=finding.entry.unique_id)


def keep_newer(patient: Patient, newer: Mapping[str, str]) -> None:
    """Say of each old version (unique_id) which one replaces it."""
    for unique_id, replacement in newer.items():
        KnownDocument.objects.filter(patient=patient, unique_id=unique_id).update(replaced_by=replacement)


def keep_memory(access: Access, searched_at: datetime, last_deposit_at: datetime | None) -> None:
    """The date of a search that succeeded: what the next one starts from."""
    _keep(SearchMemory, access, searched_at=searched_at, last_deposit_at=last_deposit_at)


def keep_answer(access: Access, told: Told, at: datetime) -> None:
    """What the opening told, to be shown again without asking."""
    _keep(Answer, access, access_mode=access.mode.value, content=msgspec.to_builtins(told), answered_at=at)
