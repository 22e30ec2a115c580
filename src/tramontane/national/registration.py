"""Write a submission in the registry: documents, their submission set, the associations between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import (
    Association,
    AssociationType,
    AvailabilityStatus,
    DocumentEntry,
    Slot,
    SubmissionSet,
)
from tramontane.national import metadata
from tramontane.national.models import AssociationRecord, PatientRecord, RegistryDocument, SubmissionSetRecord
from tramontane.national.policy import REPOSITORY_UNIQUE_ID
from tramontane.national.storage import StoredContent


@dataclass(frozen=True, slots=True)
class RegisteredDocument:
    """A description ready to be registered, and where its content is."""

    entry: DocumentEntry
    content: StoredContent


def complete(entry: DocumentEntry, content: StoredContent) -> DocumentEntry:
    """What the registry and the repository give (protocol §3.1): hash, size, repository, identifiers, status."""
    return msgspec.structs.replace(
        entry,
        logical_id=entry.logical_id or entry.entry_uuid,
        version=entry.version or "1",
        availability_status=entry.availability_status or AvailabilityStatus.APPROVED,
        repository_unique_id=REPOSITORY_UNIQUE_ID,
        hash=content.sha1,
        size=content.size,
    )


def register(
    patient: PatientRecord,
    submission: SubmissionSet,
    documents: Sequence[RegisteredDocument],
    associations: Iterable[Association],
) -> None:
    """Write a whole submission. Call it inside a transaction.

    A document replaced by an RPLC association becomes Deprecated.

    Raises:
        django.db.IntegrityError: a uniqueId or entryUUID is already registered.
    """
    submission = msgspec.structs.replace(
        submission, availability_status=submission.availability_status or AvailabilityStatus.APPROVED
    )
    SubmissionSetRecord.objects.create(patient=patient, **metadata.submission_columns(submission))
    RegistryDocument.objects.bulk_create(
        RegistryDocument(
            patient=patient,
            content_digest=document.content.digest,
            **metadata.document_columns(document.entry),
        )
        for document in documents
    )
    written = list(associations)
    AssociationRecord.objects.bulk_create(
        AssociationRecord(patient=patient, **metadata.association_columns(one)) for one in written
    )
    replaced = [one.target for one in written if one.type == AssociationType.REPLACES]
    RegistryDocument.objects.filter(patient=patient, pk__in=replaced).update(status=AvailabilityStatus.DEPRECATED)


def new_version(
    row: RegistryDocument, confidentiality_codes: tuple[Coded, ...], new_urn: Callable[[], str]
) -> DocumentEntry:
    """The same document with another visibility: the entryUUID changes with each version, the logicalId does not.

    Call it inside a transaction, on the current version.
    """
    entry = msgspec.structs.replace(
        metadata.entry_of(row.metadata, row.status),
        entry_uuid=new_urn(),
        version=str(row.version + 1),
        confidentiality_codes=confidentiality_codes,
    )
    RegistryDocument.objects.filter(pk=row.pk).update(superseded=True, status=AvailabilityStatus.DEPRECATED)
    RegistryDocument.objects.create(
        patient_id=row.patient_id, content_digest=row.content_digest, **metadata.document_columns(entry)
    )
    return entry


def has_member(submission: str, document: str, new_urn: Callable[[], str]) -> Association:
    """The association that makes a document part of a submission set."""
    return Association(
        entry_uuid=new_urn(),
        type=AssociationType.HAS_MEMBER,
        source=submission,
        target=document,
        slots=(Slot("SubmissionSetStatus", ("Original",)),),
    )


def replaces(new: str, old: str, new_urn: Callable[[], str]) -> Association:
    """The association by which a document takes the place of another."""
    return Association(entry_uuid=new_urn(), type=AssociationType.REPLACES, source=new, target=old)
