"""Filing in the local record what was read from the DMP, and undoing it within the session. Adding documents of ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from tramontane.dmp import cda
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.describing import author_of, institution_of, label_of
from tramontane.hospital.consultations.selectors import shown_document
from tramontane.hospital.documents import selectors, vault
from tramontane.hospital.documents.folders import Place, place_of
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.documents.services.reading import opened
from tramontane.hospital.documents.viewer import sniff
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.traces.events import SECRET, Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Purpose

Provenance = RecordDocument.Provenance


class FilingError(Exception):
    """Why a document is not filed, in French, for the professional."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The document of the record; `already`: it was there before."""

    document: RecordDocument
    already: bool = False


def file_document(access: Access, session_key: str, unique_id: str, place: Place) -> Filed:
    """File a document that this session read. Traces: `document.classe`.

    Raises:
        FilingError: not read by this session, or expired since.
        AccessRefusedError: it may no longer be read.
    """
    there = RecordDocument.objects.filter(patient=access.patient, unique_id=unique_id).first()
    if there is not None:
        return Filed(there, already=True)
    document, content = _read_before(access, session_key, unique_id, place)
    try:
        _write(document, content, access)
    except IntegrityError:  # somebody filed it meanwhile
        _forget_file(document)
        return Filed(RecordDocument.objects.get(patient=access.patient, unique_id=unique_id), already=True)
    return Filed(document)


def _read_before(access: Access, session_key: str, unique_id: str, place: Place) -> tuple[RecordDocument, bytes]:
    at = clock.now()
    kept = selectors.content_of(access, session_key, unique_id, at)
    shown = shown_document(access.account, access.patient, unique_id)
    if kept is None or shown is None:
        raise FilingError("Lisez d’abord ce document : son contenu n’est plus à disposition de votre session.")
    entry = shown.entry
    content = opened(kept, session_key)
    document = RecordDocument(
        patient=access.patient,
        episode=access.episode,
        provenance=Provenance.DMP,
        unique_id=unique_id,
        entry_uuid=entry.entry_uuid,
        logical_id=entry.logical_id,
        confidentiality=[code.code for code in entry.confidentiality_codes],
        type_code=entry.type_code.code if entry.type_code else "",
        type_label=label_of(entry.type_code)[:200],
        title=(entry.title or label_of(entry.type_code))[:250],
        author=author_of(entry)[:200],
        author_institution=institution_of(entry)[:200],
        act_date=entry.service_start_time or entry.creation_time,
        folder=place.folder[:80],
        subfolder=place.subfolder[:80],
        sha1_announced=kept.sha1_announced,
        filed_by=access.account,
        filed_at=at,
        filing_session=vault.session_digest(session_key),
        **_described(content),
    )
    return document, content


def _described(content: bytes) -> dict[str, str | int]:
    return {
        "media_type": sniff(content)[0],
        "size": len(content),
        "sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _write(document: RecordDocument, content: bytes, access: Access) -> None:
    """The file, then its row and its trace; a row that is refused takes its file away with it."""
    document.content.save(_file_name(content), ContentFile(content), save=False)
    try:
        with transaction.atomic():
            gateway.lock_patient(access.patient.pk)
            gateway.permit(access, Purpose.RETRIEVE, explicit=True)
            document.save(force_insert=True)
            where = {"folder": document.folder, "subfolder": document.subfolder, "sha256": document.sha256}
            record(access.event("document.classe", document_ids=(document.unique_id,), detail=where))
    except gateway.AccessRefusedError:
        _forget_file(document)
        raise


def _forget_file(document: RecordDocument) -> None:
    document.content.storage.delete(str(document.content.name))


def _file_name(content: bytes) -> str:
    """Random: the name of a file says nothing of whose it is."""
    return str(PurePosixPath(f"{clock.new_uuid().hex}{sniff(content)[1]}"))


def may_undo(document: RecordDocument, account: Account, session_key: str) -> bool:
    """A filing is undone by who filed it, in the same session."""
    return (
        document.provenance == Provenance.DMP
        and document.filed_by_id == account.pk
        and document.filing_session == vault.session_digest(session_key)
    )


def undo(access: Access, session_key: str, document: RecordDocument) -> bool:
    """Take a filed document out of the record. Traces: `document.declasse`. False when it is too late."""
    if not may_undo(document, access.account, session_key):
        return False
    with transaction.atomic():
        deleted, _ = RecordDocument.objects.filter(pk=document.pk).delete()
        if deleted:
            record(
                access.event(
                    "document.declasse", document_ids=(document.unique_id,), detail={"sha256": document.sha256}
                )
            )
            transaction.on_commit(lambda: _forget_file(document))
    return bool(deleted)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document produced by the hospital, as its record system hands it over.

    Attributes:
        type_code: of JDV_J66; an unknown one is accepted, and cannot be sent.
        act_date: aware.
        confidentiality: codes of JDV_J58 added to « normal » when it is sent.
    """

    content: bytes
    type_code: str
    title: str
    act_date: datetime
    author: Account | None = None
    author_name: str = ""
    episode: Episode | None = None
    unique_id: str = ""
    confidentiality: tuple[str, ...] = ()


def add_hospital_document(patient: Patient, new: NewDocument, *, actor: Actor) -> RecordDocument:
    """Put a document of ours in the record: not sent, and shown as such. Traces: `document.classe`.

    Raises:
        IntegrityError: this unique_id is already in the record.
    """
    place = place_of(new.type_code, "", selectors.rules_of(patient.legal_entity_id))
    known = value_set(ValueSetName.TYPE_CODE).find(new.type_code)
    document = RecordDocument(
        patient=patient,
        episode=new.episode,
        provenance=Provenance.HOSPITAL,
        unique_id=new.unique_id or _own_identifier(new.content) or f"2.25.{clock.new_uuid().int}",
        confidentiality=list(new.confidentiality),
        type_code=new.type_code,
        type_label=known.label if known else new.type_code,
        title=new.title[:250],
        author=new.author.display_name if new.author else new.author_name,
        author_institution=patient.legal_entity.name,
        author_account=new.author,
        act_date=new.act_date,
        folder=place.folder,
        subfolder=place.subfolder,
        filed_by_id=actor.account_id,
        filed_at=clock.now(),
        **_described(new.content),
    )
    document.content.save(_file_name(new.content), ContentFile(new.content), save=False)
    try:
        _keep(document, actor)
    except IntegrityError:
        _forget_file(document)
        raise
    return document


def _keep(document: RecordDocument, actor: Actor) -> None:
    """The row of a document of ours, and its trace."""
    with transaction.atomic():
        document.save(force_insert=True)
        detail: dict[str, object] = {
            "folder": document.folder,
            "subfolder": document.subfolder,
            "sha256": document.sha256,
        }
        detail |= SECRET if document.hidden_from_representatives else {}
        record(
            Event(
                "document.classe",
                actor,
                patient_id=document.patient_id,
                ins=document.patient.ins,
                document_ids=(document.unique_id,),
                detail=detail,
            )
        )


def _own_identifier(content: bytes) -> str:
    """The identifier a CDA already has; empty for any other file."""
    try:
        return cda.read(content).header.identifier.unique_id
    except MalformedMessage:
        return ""
