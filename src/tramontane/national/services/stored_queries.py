"""TD3.1: the six stored queries whose use in the DMP was seen, answered with what the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tramontane.dmp import soap
from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.verdicts import Verdict
from tramontane.dmp.xds import (
    ObjectRef,
    QueryId,
    QueryResponse,
    RegistryError,
    ResponseStatus,
    ReturnType,
    StoredQuery,
)
from tramontane.national import criteria
from tramontane.national.documents import VisibleRegistry
from tramontane.national.models import DmpState
from tramontane.national.services.context import Context, Handler, Reply
from tramontane.national.storage import Incoming

_ENTRY, _SET = "$XDSDocumentEntry", "$XDSSubmissionSet"


@dataclass(frozen=True, slots=True)
class _Query:
    """How one stored query is answered.

    Attributes:
        required: parameters that must be there, as ITI-18 says.
        one_of: exactly one of these must be there; empty when nothing of the sort is asked.
        patient: the parameter that names the patient, optional in the DMP (RG_3010).
    """

    answer: Callable[[VisibleRegistry, StoredQuery], QueryResponse]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    patient: str = ""


def parse(envelope: soap.Envelope, _parts: Mapping[str, Incoming]) -> StoredQuery:
    """Read the query."""
    return td3_1.parse(envelope)


def classify(query: StoredQuery) -> tuple[str, str]:
    """Whole metadata, or references only (TD3.1b)."""
    reference = query.return_type is ReturnType.OBJECT_REF
    return "TD3.1", "TD3.1.reference" if reference else "TD3.1.metadonnees"


def serve(context: Context, query: StoredQuery) -> Reply:
    """Answer a stored query."""
    error = _refusal(context, query)
    if error is not None:
        return _failure(context, error)
    visible = VisibleRegistry(context.known_patient, context.reader)
    response = _QUERIES[QueryId(query.id)].answer(visible, query)
    documents = tuple(entry.unique_id for entry in response.document_entries)
    if query.return_type is ReturnType.OBJECT_REF:
        response = _references(response)
    return Reply(*td3_1.respond(response, **context.addressed()), documents=documents)


def refuse(context: Context, _query: StoredQuery, verdict: Verdict) -> Reply | None:
    """A patient without DMP is one that the registry does not know."""
    if verdict.code != "etat-dmp" or (context.patient is not None and context.patient.state == DmpState.CLOSED):
        return None
    return _failure(context, RegistryError("XDSUnknownPatientId", "patient inconnu du registre"))


def _refusal(context: Context, query: StoredQuery) -> RegistryError | None:
    known = _QUERIES.get(query.id)  # type: ignore[call-overload]  # an unknown id is a plain text
    if known is None:
        return RegistryError("XDSUnknownStoredQuery", str(query.id))
    missing = [name for name in known.required if not query.texts(name)]
    if missing:
        return RegistryError("XDSStoredQueryMissingParam", ", ".join(missing))
    if known.one_of and sum(bool(query.texts(name)) for name in known.one_of) != 1:
        return RegistryError("XDSStoredQueryParamNumber", f"un seul de {', '.join(known.one_of)}")
    asked = query.text(known.patient)
    if asked and not _same_patient(asked, context.vihf.patient):
        return RegistryError("XDSPatientIdDoesNotMatch", "le patient de la requête n'est pas celui du VIHF")
    return None


def _same_patient(asked: str, patient: Ins | None) -> bool:
    try:
        return Ins.from_cx(asked) == patient
    except InvalidIdentifier:
        return False


def _failure(context: Context, error: RegistryError) -> Reply:
    response = QueryResponse(status=ResponseStatus.FAILURE, errors=(error,))
    return Reply(*td3_1.respond(response, **context.addressed()), code=error.code)


def _find_documents(visible: VisibleRegistry, query: StoredQuery) -> QueryResponse:
    matches = criteria.document_matches(query)
    found = tuple(entry for entry in visible.documents(criteria.document_rows(query)) if matches(entry))
    return QueryResponse(document_entries=found, total=len(found))


def _find_submission_sets(visible: VisibleRegistry, query: StoredQuery) -> QueryResponse:
    matches = criteria.submission_matches(query)
    found = tuple(one for one in visible.submission_sets(criteria.submission_rows(query)) if matches(one))
    return QueryResponse(submission_sets=found, total=len(found))


def _get_associations(visible: VisibleRegistry, query: StoredQuery) -> QueryResponse:
    found = tuple(visible.associations(query.texts("$uuid")))
    return QueryResponse(associations=found, total=len(found))


def _get_documents(visible: VisibleRegistry, query: StoredQuery) -> QueryResponse:
    found = tuple(visible.documents(criteria.designated_rows(query)))
    return QueryResponse(document_entries=found, total=len(found))


def _get_documents_and_associations(visible: VisibleRegistry, query: StoredQuery) -> QueryResponse:
    entries = visible.documents(criteria.designated_rows(query))
    associations = visible.associations([entry.entry_uuid for entry in entries])
    return QueryResponse(
        document_entries=tuple(entries),
        associations=tuple(associations),
        total=len(entries) + len(associations),
    )


def _references(response: QueryResponse) -> QueryResponse:
    return QueryResponse(
        object_refs=tuple(ObjectRef(found.entry_uuid) for found in response.objects), total=response.total
    )


_DESIGNATION = (f"{_ENTRY}EntryUUID", f"{_ENTRY}UniqueId")
_QUERIES: Mapping[QueryId, _Query] = {
    QueryId.FIND_DOCUMENTS: _Query(_find_documents, required=(f"{_ENTRY}Status",), patient=f"{_ENTRY}PatientId"),
    QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID: _Query(
        _find_documents,
        required=(f"{_ENTRY}Status", f"{_ENTRY}ReferenceIdList"),
        patient=f"{_ENTRY}PatientId",
    ),
    QueryId.FIND_SUBMISSION_SETS: _Query(
        _find_submission_sets, required=(f"{_SET}Status",), patient=f"{_SET}PatientId"
    ),
    QueryId.GET_ASSOCIATIONS: _Query(_get_associations, required=("$uuid",)),
    QueryId.GET_DOCUMENTS: _Query(_get_documents, one_of=_DESIGNATION),
    QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS: _Query(_get_documents_and_associations, one_of=_DESIGNATION),
}

STORED_QUERY = Handler(parse, classify, serve, refuse)
