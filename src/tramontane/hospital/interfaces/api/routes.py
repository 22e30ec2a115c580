"""The endpoints. Each finds who and for whom, calls the service of the screen, and gives its value."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.middleware.csrf import get_token
from ninja import Header, Path, Query, Router, Status

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents.folders import Place, place_of
from tramontane.hospital.documents.rows import Row
from tramontane.hospital.documents.selectors import rows_of, rules_of
from tramontane.hospital.documents.services import filing
from tramontane.hospital.interfaces import callers, problems, reading
from tramontane.hospital.interfaces.api import resources
from tramontane.hospital.interfaces.api.schemas import (
    ConsentIn,
    ConsentOut,
    DocumentListOut,
    DocumentOut,
    FilingIn,
    OpeningIn,
    ProblemOut,
    RecordDocumentOut,
    SessionOut,
    StatusOut,
)
from tramontane.hospital.patients import selectors as patients
from tramontane.hospital.patients import services as patient_services
from tramontane.hospital.patients.consent import consent_state

router = Router()
PROBLEMS: Any = {frozenset({400, 401, 403, 404, 409, 422, 502, 504}): ProblemOut}
Ipp = Path(..., max_length=30, description="IPP du patient dans l’établissement")
UniqueId = Path(..., max_length=200, description="Identifiant unique du document (OID)")


@router.get("/session", response={200: SessionOut, **PROBLEMS}, summary="Qui est connecté, et le jeton CSRF")
def session(request: HttpRequest) -> Any:
    """The person of the session."""
    account = callers.account_of(request, *Role)
    proof = request.proof  # type: ignore[attr-defined]  # set by SessionGuard, required by `account_of`
    return {
        "login": account.login,
        "name": account.display_name,
        "rpps": account.rpps or "",
        "roles": list(account.roles),
        "two_factors": proof.two_factors,
        "means": proof.label,
        "why_not": proof.why_not,
        "csrf_token": get_token(request),
    }


@router.get("/patients/{ipp}/dmp", response={200: StatusOut, **PROBLEMS}, summary="État connu du DMP, sans appel")
def status(request: HttpRequest, ipp: str = Ipp) -> Any:
    """What is known now. Makes no call and no trace."""
    return resources.status(consultations.displayed(callers.clinical_access(request, ipp=ipp)))


@router.post("/patients/{ipp}/dmp/opening", response={200: StatusOut, **PROBLEMS}, summary="Ouvrir le dossier")
def opening(request: HttpRequest, body: OpeningIn, ipp: str = Ipp) -> Any:
    """TD0.2 then one automatic TD3.1, unless the DMP has just answered. A refusal is an answer: read `reasons`."""
    access = callers.clinical_access(request, ipp=ipp)
    act = consultations.refresh if body.refresh else consultations.open_record
    return resources.status(act(access))


@router.get("/patients/{ipp}/dmp/documents", response={200: DocumentListOut, **PROBLEMS}, summary="Lister")
def documents(
    request: HttpRequest,
    ipp: str = Ipp,
    type_code: list[str] = Query([], alias="type", max_length=50),  # noqa: B008 - ninja's way to declare parameters
    limit: int = Query(50, ge=1, le=100),
    offset: int = Query(0, ge=0, le=100_000),
) -> Any:
    """The documents that the DMP showed to this professional."""
    access = callers.clinical_access(request, ipp=ipp)
    record = consultations.displayed(access)
    found = reading.lines(access, record, _session_key(request))
    chosen = [line for line in found.rows if not type_code or line.type_code in type_code]
    window = {"limit": limit, "offset": offset + limit}
    more = urlencode([*(("type", code) for code in type_code), *window.items()])
    return {
        "items": [resources.document(row, ipp) for row in rows_of(access, chosen[offset : offset + limit])],
        "total": len(chosen),
        "limit": limit,
        "offset": offset,
        "next": f"{request.path}?{more}" if offset + limit < len(chosen) else "",
        "withheld": found.withheld,
        "as_of": record.told.as_of if record.told else None,
    }


@router.get(
    "/patients/{ipp}/dmp/documents/{unique_id}", response={200: DocumentOut, **PROBLEMS}, summary="Décrire un document"
)
def document(request: HttpRequest, ipp: str = Ipp, unique_id: str = UniqueId) -> Any:
    """One document of the list."""
    access = callers.clinical_access(request, ipp=ipp)
    return resources.document(reading.row(access, _session_key(request), unique_id), ipp)


@router.get(
    "/patients/{ipp}/dmp/documents/{unique_id}/content", response={**PROBLEMS}, summary="Lire un document (TD3.2)"
)
def content(request: HttpRequest, ipp: str = Ipp, unique_id: str = UniqueId) -> FileResponse:
    """An explicit act of the professional (EX_3.2-1010), traced as a reading; never to be called by a preload."""
    access = callers.clinical_access(request, ipp=ipp)
    return reading.as_file(reading.content(access, _session_key(request), unique_id))


@router.post(
    "/patients/{ipp}/record/documents",
    response={200: RecordDocumentOut, 201: RecordDocumentOut, **PROBLEMS},
    summary="Classer un document du DMP dans le dossier",
)
def file_document(request: HttpRequest, body: FilingIn, ipp: str = Ipp) -> Any:
    """Read it if this session has not, then file it. 201 the first time, 200 with the same document afterwards."""
    access = callers.clinical_access(request, ipp=ipp)
    key = _session_key(request)
    row = reading.row(access, key, body.unique_id)
    if row.held_id is None:
        reading.content(access, key, body.unique_id)
    try:
        filed = filing.file_document(access, key, body.unique_id, _place(access, row, body))
    except gateway.AccessRefusedError as refusal:
        raise problems.refused(refusal.refused.reasons) from refusal
    except filing.FilingError as error:
        raise problems.ProblemError(409, "document-non-lu", str(error)) from error
    return Status(200 if filed.already else 201, resources.record_document(filed))


@router.get("/patients/{ipp}/consent", response={200: ConsentOut, **PROBLEMS}, summary="Ce que le patient a déclaré")
def consent(request: HttpRequest, ipp: str = Ipp) -> Any:
    """The state for the current episode."""
    account = callers.account_of(request, Role.ADMISSIONS, Role.CLINICIAN)
    patient = callers.patient_of(account, ipp=ipp)
    episode = patients.current_episode(patient, account, clock.now())
    return resources.consent(consent_state(patient, episode), episode)


@router.post("/patients/{ipp}/consent", response={201: ConsentOut, **PROBLEMS}, summary="Enregistrer une déclaration")
def declare(
    request: HttpRequest,
    body: ConsentIn,
    ipp: str = Ipp,
    idempotency_key: UUID | None = Header(None, alias="Idempotency-Key"),  # noqa: B008 - ninja's way
) -> Any:
    """Add a declaration to the history; nothing is overwritten. With an `Idempotency-Key`, sent twice it is added once."""
    account = callers.account_of(request, Role.ADMISSIONS, Role.CLINICIAN)
    patient = callers.patient_of(account, ipp=ipp)
    now = clock.now()
    episode = patients.current_episode(patient, account, now)
    alone = account if patients.records_explicit_consent(account, episode, now) else None
    try:
        declaration = patient_services.Declaration(
            **body.dict(), episode=episode, for_account=alone, source="api", submission=idempotency_key
        )
    except patient_services.PatientError as error:
        raise problems.ProblemError(422, "declaration-refusee", str(error), field=error.field) from error
    who = actor(account, request.proof)  # type: ignore[attr-defined]  # required by `account_of`
    patient_services.declare(patient, declaration, actor=who)
    return Status(201, resources.consent(consent_state(patient, episode), episode))


def _session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _place(access: Access, row: Row, body: FilingIn) -> Place:
    if body.folder:
        return Place(body.folder, body.subfolder)
    return place_of(row.type_code, row.class_code, rules_of(access.account.legal_entity_id))
