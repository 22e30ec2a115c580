"""Between the XDS model and its rows: encode, index, decode, and the facts that the judge needs."""

from __future__ import annotations

from typing import Any

import msgspec

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import (
    Association,
    AuthorInstitution,
    AuthorPerson,
    AvailabilityStatus,
    DocumentEntry,
    SubmissionSet,
)
from tramontane.national.judge.facts import DocumentFacts
from tramontane.national.models import AssociationRecord, SubmissionSetRecord

_ENTRIES = msgspec.json.Decoder(DocumentEntry)
_SUBMISSIONS = msgspec.json.Decoder(SubmissionSet)
_ASSOCIATIONS = msgspec.json.Decoder(Association)


def document_columns(entry: DocumentEntry) -> dict[str, Any]:
    """The columns of a document: its whole metadata, and what queries filter on."""
    return {
        "entry_uuid": entry.entry_uuid,
        "logical_id": entry.logical_id,
        "unique_id": entry.unique_id,
        "version": int(entry.version),
        "status": entry.availability_status,
        "type_code": _code(entry.type_code),
        "class_code": _code(entry.class_code),
        "format_code": _code(entry.format_code),
        "practice_setting": _code(entry.practice_setting),
        "facility_type": _code(entry.facility_type),
        "creation_time": entry.creation_time,
        "service_start": entry.service_start_time,
        "service_stop": entry.service_stop_time,
        "masked": entry.masked_to_professionals,
        "invisible_to_patient": entry.invisible_to_patient,
        "invisible_to_representatives": entry.invisible_to_legal_representatives,
        "metadata": msgspec.json.encode(entry),
        "size": entry.size,
    }


def submission_columns(submission: SubmissionSet) -> dict[str, Any]:
    """The columns of a submission set."""
    return {
        "entry_uuid": submission.entry_uuid,
        "unique_id": submission.unique_id,
        "status": submission.availability_status,
        "submission_time": submission.submission_time,
        "metadata": msgspec.json.encode(submission),
    }


def association_columns(association: Association) -> dict[str, Any]:
    """The columns of an association."""
    return {
        "entry_uuid": association.entry_uuid,
        "association_type": str(association.type),
        "source": association.source,
        "target": association.target,
        "metadata": msgspec.json.encode(association),
    }


def entry_of(encoded: bytes | memoryview, status: str) -> DocumentEntry:
    """The DocumentEntry of a row. The status column wins: it changes without a new version."""
    entry = _ENTRIES.decode(encoded)
    if entry.availability_status == status:
        return entry
    return msgspec.structs.replace(entry, availability_status=AvailabilityStatus(status))


def submission_of(row: SubmissionSetRecord) -> SubmissionSet:
    """The SubmissionSet of a row."""
    return _SUBMISSIONS.decode(row.metadata)


def association_of(row: AssociationRecord) -> Association:
    """The Association of a row."""
    return _ASSOCIATIONS.decode(row.metadata)


def facts_of(entry: DocumentEntry) -> DocumentFacts:
    """What the visibility of a document depends on."""
    return DocumentFacts(
        type_code=_code(entry.type_code),
        status=entry.availability_status or AvailabilityStatus.APPROVED,
        masked=entry.masked_to_professionals,
        invisible_to_patient=entry.invisible_to_patient,
        from_patient=entry.from_patient,
        authors=frozenset(AuthorPerson.parse(author.person).identifier for author in entry.authors),
        structures=frozenset(
            AuthorInstitution.parse(institution).identifier
            for author in entry.authors
            for institution in author.institutions
        ),
    )


def _code(coded: Coded | None) -> str:
    return coded.code if coded else ""
