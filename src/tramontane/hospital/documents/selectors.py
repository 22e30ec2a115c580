"""Reading the documents app: rows of the DMP list, the local record, what was read in this session, the rules of filing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.selectors import newer_versions, shown_entries, shown_lines
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.documents import vault
from tramontane.hospital.documents.folders import Place, default_places
from tramontane.hospital.documents.models import Dispatch, FolderRule, RecordDocument, RetrievedContent, SavedFilter
from tramontane.hospital.documents.rows import Line, Row, line_of
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.prepared import prepared
from tramontane.rules.consultation import LocalDocument


def held_documents(patient: Patient) -> Iterable[LocalDocument]:
    """What the record already holds, as the search strategy asks. One query."""
    for unique_id, uuid, logical_id, codes, provenance in _held(patient):
        from_dmp = provenance == RecordDocument.Provenance.DMP
        yield LocalDocument(unique_id, uuid, logical_id, frozenset(codes) if from_dmp else None)


@prepared
def _held(patient: Patient) -> QuerySet[RecordDocument, Any]:
    fields = ("unique_id", "entry_uuid", "logical_id", "confidentiality", "provenance")
    return RecordDocument.objects.filter(patient=patient).values_list(*fields)


@dataclass(frozen=True, slots=True)
class DmpList:
    """The rows of the DMP list, and how many the local matrix keeps from this professional."""

    rows: tuple[Line, ...]
    withheld: int


def dmp_lines(access: Access, record: RecordView, session_key: str, at: datetime) -> DmpList:
    """Every document the DMP showed to this professional and that the local matrix lets her read. Four queries."""
    known = _known(access, record, session_key, at)
    lines = [line_of(shown, **known) for shown in shown_lines(access.account, access.patient)]
    withheld = withheld_types(access.account, access.service)
    allowed = tuple(line for line in lines if line.type_code not in withheld)
    return DmpList(allowed, len(lines) - len(allowed))


def rows_of(access: Access, lines: Sequence[Line]) -> list[Row]:
    """Lines of the list with their entries, for the interfaces: one page of it at a time. One query."""
    entries = shown_entries(access.account, access.patient, [line.unique_id for line in lines])
    return [Row.of(line, entries[line.unique_id]) for line in lines if line.unique_id in entries]


def _known(access: Access, record: RecordView, session_key: str, at: datetime) -> dict[str, Any]:
    """What the hospital adds to each line: new, already in the record, read in this session."""
    return {
        "held": dict(RecordDocument.objects.filter(patient=access.patient).values_list("unique_id", "pk")),
        "read": frozenset(contents(access, session_key, at).values_list("unique_id", flat=True)),
        "new": frozenset(notice.unique_id for notice in record.new),
    }


def contents(access: Access, session_key: str, at: datetime) -> QuerySet[RetrievedContent]:
    """What this session read of this patient, not expired."""
    return RetrievedContent.objects.filter(
        account=access.account,
        patient=access.patient,
        session_digest=vault.session_digest(session_key),
        expires_at__gt=at,
    ).order_by("-fetched_at", "-pk")


def content_of(access: Access, session_key: str, unique_id: str, at: datetime) -> RetrievedContent | None:
    """The content of one document, when this session read it."""
    return contents(access, session_key, at).filter(unique_id=unique_id).first()


def rules_of(legal_entity_id: int) -> dict[str, Place]:
    """The establishment's own filing rules, by type."""
    rows = FolderRule.objects.filter(legal_entity_id=legal_entity_id).values_list("type_code", "folder", "subfolder")
    return {type_code: Place(folder, subfolder) for type_code, folder, subfolder in rows}


def places_of(legal_entity: LegalEntity, patient: Patient) -> list[Place]:
    """The folders offered when filing: those of the tables and those this record already has."""
    used = RecordDocument.objects.filter(patient=patient).values_list("folder", "subfolder").distinct()
    return sorted({*default_places(), *rules_of(legal_entity.pk).values(), *(Place(*pair) for pair in used)})


def authors_for(access: Access, at: datetime) -> QuerySet[Account]:
    """Who may be named as the author of a document of ours: the team of the service of the moment, and oneself."""
    team = Q(assignments__service=access.service, assignments__starts_at__lte=at) & (
        Q(assignments__ends_at=None) | Q(assignments__ends_at__gt=at)
    )
    return (
        Account.objects.filter(
            Q(pk=access.account.pk) | team, legal_entity=access.account.legal_entity_id, is_active=True
        )
        .distinct()
        .order_by("family_name", "given_name")
    )


def episodes_of(patient: Patient) -> QuerySet[Episode]:
    """The episodes a document may belong to, newest first."""
    return Episode.objects.filter(patient=patient, cancelled_at=None).select_related("service").order_by("-starts_at")


def saved_filters(account: Account) -> QuerySet[SavedFilter]:
    """The personal filters of an account, by name."""
    return SavedFilter.objects.filter(account=account)


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A document of the local record and where its sending stands; `newer` is the DMP's newer version of it."""

    document: RecordDocument
    dispatch: Dispatch | None
    newer: str = ""

    @property
    def sendable(self) -> bool:
        """Produced here, never handed to the outbox: what EX_2.1-1190 wants to be seen at a glance."""
        return self.document.provenance == RecordDocument.Provenance.HOSPITAL and self.dispatch is None


def record_documents(patient: Patient) -> list[RecordRow]:
    """The local record by folder, newest first. Three queries, however many documents."""
    documents = list(
        RecordDocument.objects.filter(patient=patient)
        .select_related("filed_by", "author_account")
        .prefetch_related("dispatches")
        .order_by("folder", "subfolder", "-act_date", "-pk")
    )
    newer = newer_versions(patient, [one.unique_id for one in documents])
    return [RecordRow(one, next(iter(one.dispatches.all()), None), newer.get(one.unique_id, "")) for one in documents]


def record_document(patient: Patient, document_id: int) -> RecordRow | None:
    """One document of the local record."""
    found = (
        RecordDocument.objects.select_related("filed_by", "author_account")
        .filter(patient=patient, pk=document_id)
        .first()
    )
    if found is None:
        return None
    newer = newer_versions(patient, [found.unique_id]).get(found.unique_id, "")
    return RecordRow(found, found.dispatches.select_related("requested_by").first(), newer)
