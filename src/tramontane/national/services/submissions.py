"""TD2.1: documents fed in plain INDIRECTE; their contents are kept as they were received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import msgspec

from tramontane.dmp import soap
from tramontane.dmp.errors import InvalidIdentifier, RegistryFailure
from tramontane.dmp.identity import Ins
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import td2_1
from tramontane.dmp.xds import AvailabilityStatus, RegistryError, RegistryResponse, ResponseStatus
from tramontane.national import metadata, registration
from tramontane.national.models import RegistryDocument, SubmissionSetRecord
from tramontane.national.services.context import Context, Handler, Reply
from tramontane.national.storage import Incoming, StoredContent

NOT_THE_AUTHOR = "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF"


@dataclass(frozen=True, slots=True)
class Received:
    """A submission not read yet: what it lacks is the registry's to say, once the caller is known to have the right."""

    envelope: soap.Envelope
    parts: Mapping[str, Incoming]


def serve(context: Context, received: Received) -> Reply:
    """Register a submission, all of it or nothing."""
    # `td2_1.parse` gives each document the part that it designates, whatever holds it: here, a file.
    parts = cast("Mapping[str, memoryview]", received.parts)
    try:
        submission = td2_1.parse(received.envelope, mtom.Received(b"", parts))
    except RegistryFailure as failure:
        return _answer(context, tuple(RegistryError(*error) for error in failure.errors))
    errors = tuple(_errors(context, submission))
    if errors:
        return _answer(context, errors)
    _register(context, submission)
    documents = tuple(document.entry.unique_id for document in submission.documents)
    return Reply(*td2_1.respond(RegistryResponse(), **context.addressed()), documents=documents)


def _answer(context: Context, errors: tuple[RegistryError, ...]) -> Reply:
    response = RegistryResponse(ResponseStatus.FAILURE, errors)
    return Reply(*td2_1.respond(response, **context.addressed()), code=errors[0].code)


def _errors(context: Context, submission: td2_1.Submission) -> Iterator[RegistryError]:
    """What forbids the whole submission, each with the object it is about."""
    entries = [document.entry for document in submission.documents]
    if not _same_patient(context, submission.submission_set.patient_id):
        yield RegistryError("XDSPatientIdDoesNotMatch", "le lot ne porte pas le patient du VIHF")
    if SubmissionSetRecord.objects.filter(unique_id=submission.submission_set.unique_id).exists():
        yield RegistryError("XDSDuplicateUniqueIdInRegistry", submission.submission_set.unique_id)
    for unique_id, times in Counter(entry.unique_id for entry in entries).items():
        if times > 1:
            yield RegistryError("XDSRegistryDuplicateUniqueIdInMessage", unique_id)
    known = RegistryDocument.objects.filter(unique_id__in=[entry.unique_id for entry in entries], superseded=False)
    for unique_id in known.values_list("unique_id", flat=True):
        yield RegistryError("XDSDuplicateUniqueIdInRegistry", unique_id)
    for document in submission.documents:
        yield from _document_errors(context, document)


def _document_errors(context: Context, document: td2_1.SubmittedDocument) -> Iterator[RegistryError]:
    entry = document.entry
    if not _same_patient(context, entry.patient_id):
        yield RegistryError("XDSPatientIdDoesNotMatch", f"uniqueId={entry.unique_id}")
    if not context.reader.produced(metadata.facts_of(entry)):
        yield RegistryError("XDSRegistryMetadataError", NOT_THE_AUTHOR, location=entry.unique_id)
    if document.replaces:
        replaced = RegistryDocument.objects.filter(
            pk=document.replaces, patient=context.known_patient, superseded=False
        ).first()
        if replaced is None:
            yield RegistryError("UnresolvedReferenceException", document.replaces)
        elif replaced.status == AvailabilityStatus.DEPRECATED:
            yield RegistryError("XDSRegistryDeprecatedDocumentError", document.replaces)


def _same_patient(context: Context, cx: str) -> bool:
    try:
        return Ins.from_cx(cx) == context.vihf.patient
    except InvalidIdentifier:
        return False


def _register(context: Context, submission: td2_1.Submission) -> None:
    """Objects get the identifiers of the registry, whatever the message called them."""
    submission_set = msgspec.structs.replace(
        submission.submission_set, entry_uuid=context.new_urn(), logical_id="", availability_status=None
    )
    documents, associations = [], []
    for document in submission.documents:
        entry_uuid = context.new_urn()
        given = msgspec.structs.replace(
            document.entry, entry_uuid=entry_uuid, logical_id="", version="", availability_status=None
        )
        content = _keep(context, document)
        documents.append(registration.RegisteredDocument(registration.complete(given, content), content))
        associations.append(registration.has_member(submission_set.entry_uuid, entry_uuid, context.new_urn))
        if document.replaces:
            associations.append(registration.replaces(entry_uuid, document.replaces, context.new_urn))
    registration.register(context.known_patient, submission_set, documents, associations)


def _keep(context: Context, document: td2_1.SubmittedDocument) -> StoredContent:
    content: object = document.content
    if isinstance(content, Incoming):
        return content.keep()
    return context.store.save((bytes(cast("memoryview", content)),))  # base64 inside the envelope


PROVIDE_AND_REGISTER = Handler(Received, lambda _received: ("TD2.1", "TD2.1"), serve)
