"""The FHIR façade `/fhir/`, read-only: ITI-67, ITI-68, TD0.2 as a Patient, CapabilityStatement."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tramontane import __version__
from tramontane.dmp import pdsm
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.pdsm import Issue, SearchCriteria, UnsupportedSearch
from tramontane.dmp.pdsm.values import Resource
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.selectors import shown_entries
from tramontane.hospital.consultations.view import RecordView, Situation
from tramontane.hospital.documents.rows import Line, Row
from tramontane.hospital.documents.selectors import rows_of
from tramontane.hospital.interfaces import callers, problems, reading
from tramontane.hospital.interfaces.problems import ProblemError
from tramontane.hospital.interfaces.selectors import sighted
from tramontane.ui.templatetags.ui import count_of

CONTENT_TYPE = "application/fhir+json"
LARGEST_PAGE = 100
POSTED = "/_search"
# HTTP status → issue-type (required value set of FHIR R4).
_KINDS = {400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 409: "conflict", 422: "invalid"}
_WITHOUT_DMP = (Situation.NO_DMP, Situation.CLOSED)
View = Callable[..., HttpResponseBase]


def _fhir(view: View) -> View:
    """Refusals become OperationOutcomes: one issue a reason."""

    @wraps(view)
    def answered(request: HttpRequest, *args: str) -> HttpResponseBase:
        try:
            return view(request, *args)
        except ProblemError as problem:
            return _json(pdsm.operation_outcome(_issues(problem)), problem.status)
        except UnsupportedSearch as error:
            issue = Issue("error", "not-supported", error.message, error.code, error.explain())
            return _json(pdsm.operation_outcome([issue]), 400)

    return answered


def _search(view: View) -> View:
    """A search, by GET, or by POST on `_search` so that no identifier stands in an address (FHIR R4, 3.1.0.1.1)."""

    @wraps(view)
    def searched(request: HttpRequest) -> HttpResponseBase:
        allowed = ["POST"] if request.path.endswith(POSTED) else ["GET", "HEAD"]
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        return view(request)

    return _fhir(searched)


def _parameters(request: HttpRequest) -> QueryDict:
    """Those of the address, then those of the body of a `_search`."""
    found = request.GET.copy()
    if request.method == "POST":
        found.update(request.POST)
    return found


def _json(resource: Resource, status: int = 200) -> HttpResponse:
    return JsonResponse(resource, status=status, content_type=CONTENT_TYPE)


def _issues(problem: ProblemError) -> list[Issue]:
    kind = _KINDS.get(problem.status, "transient")
    reasons = problem.members.get("reasons")
    if not reasons:
        return [Issue("error", kind, problem.detail, problem.code, problem.members.get("next_step", ""))]
    return [
        Issue("error", kind, one["sentence"], one["code"], f"{one['next_step']} ({one['solver']} ; {one['reference']})")
        for one in reasons
    ]


def base_url() -> str:
    """Where the façade is."""
    return f"{settings.ENVIRONMENT.base_url}/fhir"


@require_safe
@_fhir
def metadata(_request: HttpRequest) -> HttpResponse:
    """What the façade does. Open to all: it says nothing of anybody."""
    return _json(pdsm.capability_statement(base_url=base_url(), version=__version__, on=clock.now().date()))


@_search
def patients(request: HttpRequest) -> HttpResponse:
    """TD0.2: one entry when the patient has an active DMP, none otherwise."""
    asked = _parameters(request)
    if set(asked) != {"identifier"}:
        raise UnsupportedSearch(
            "Patient se cherche par « identifier » (INS), et rien d’autre.",
            next_step="GET /fhir/Patient?identifier=urn:oid:…|…",
        )
    access, ins = _access(request, str(asked["identifier"]))
    record = _opened(access)
    found = [] if record.situation in _WITHOUT_DMP else [pdsm.patient(ins, resource_id=_patient_id(access))]
    return _bundle(
        request, found, total=len(found), said=[Issue("information", "informational", " · ".join(record.sentence))]
    )


@_search
def document_references(request: HttpRequest) -> HttpResponse:
    """ITI-67. Opens the record as its page does: TD0.2 and one TD3.1, unless the DMP has just answered."""
    asked = _parameters(request)
    parameters = [(name, value) for name in asked for value in asked.getlist(name)]
    criteria = SearchCriteria.read(
        one for one in parameters if one[0] not in ("patient.identifier", "_count", "_offset")
    )
    count, offset = _whole(asked, "_count", 50, 1, LARGEST_PAGE), _whole(asked, "_offset", 0, 0, 100_000)
    named = asked.getlist("patient.identifier")
    if len(named) != 1:
        raise UnsupportedSearch(
            "La recherche nomme un patient, et un seul.", next_step="ajoutez patient.identifier=urn:oid:…|…"
        )
    access, ins = _access(request, named[0])
    record = _opened(access)
    if record.situation in _WITHOUT_DMP:
        return _bundle(request, [], total=0, said=_said(record, 0))
    found = reading.lines(access, record, request.session.session_key or "")
    matching = _matching(access, found.rows, criteria)
    page = [_document_reference(row, ins) for row in rows_of(access, matching[offset : offset + count])]
    more = {"_offset": str(offset + count)} if offset + count < len(matching) else {}
    return _bundle(request, page, total=len(matching), said=_said(record, found.withheld), more=more)


def _matching(access: Access, lines: Sequence[Line], criteria: SearchCriteria) -> Sequence[Line]:
    """A search by the patient alone decodes no entry; any other decodes them all."""
    if criteria == SearchCriteria():
        return lines
    entries = shown_entries(access.account, access.patient)
    return [
        line for line in lines if pdsm.matches(entries[line.unique_id], criteria)
    ]  # read after: no line without one


@require_safe
@_fhir
def binary(request: HttpRequest, resource_id: str) -> HttpResponseBase:
    """ITI-68: an explicit act, traced as a reading. The bytes, or a Binary when FHIR is asked for."""
    account = callers.account_of(request, Role.CLINICIAN)
    known = sighted(account, resource_id)
    if known is None:
        raise problems.unknown_document()
    patient = callers.patient_of(account, pk=str(known.patient_id))
    access = access_of(request, patient)  # type: ignore[arg-type]  # account and proof: `account_of` said so
    content = reading.content(access, request.session.session_key or "", known.unique_id)
    if CONTENT_TYPE not in request.headers.get("Accept", ""):
        return reading.as_file(content)
    data = base64.b64encode(content.data).decode()
    return _json({"resourceType": "Binary", "id": resource_id, "contentType": content.media_type, "data": data})


def _access(request: HttpRequest, token: str) -> tuple[Access, Ins]:
    """The access that `system|value` names; a system is required: an INS without its authority names nobody."""
    account = callers.account_of(request, Role.CLINICIAN)
    system, value = pdsm.read_token(token)
    oid = (system or "").removeprefix("urn:oid:")
    patient = callers.patient_of(account, ins=value, ins_oid=oid)
    access = access_of(request, patient)  # type: ignore[arg-type]  # account and proof: `account_of` said so
    return access, Ins(patient.ins, InsAuthority.from_oid(patient.ins_oid))


def _opened(access: Access) -> RecordView:
    record = consultations.open_record(access)
    if record.situation in (Situation.REFUSED, Situation.FAILED) and not (record.told and record.told.read):
        raise problems.not_listable(record)
    return record


def _document_reference(row: Row, ins: Ins) -> Resource:
    resource_id = row.entry.entry_uuid.removeprefix("urn:uuid:")
    return pdsm.document_reference(
        row.entry, ins, resource_id=resource_id, content_url=f"{base_url()}/Binary/{resource_id}"
    )


def _patient_id(access: Access) -> str:
    return str(access.patient.pk)


def _said(record: RecordView, withheld: int) -> list[Issue]:
    """What this list does not hold, and how old it is."""
    told = record.told
    sentences = list(told.hidden) if told else []
    if withheld:
        sentences.append(
            f"{count_of(withheld, 'document que,documents que')} l’établissement n’ouvre pas à cette profession."
        )
    if record.failure is not None:
        sentences.append(f"{record.failure.sentence} Cette liste est la dernière obtenue.")
    partial = [Issue("warning", "incomplete", sentence) for sentence in (told.warnings if told else ())]
    return [*(Issue("information", "informational", sentence) for sentence in sentences), *partial]


def _bundle(
    request: HttpRequest,
    resources: Sequence[Resource],
    *,
    total: int,
    said: Sequence[Issue],
    more: dict[str, str] | None = None,
) -> HttpResponse:
    here = f"{settings.ENVIRONMENT.base_url}{request.path.removesuffix(POSTED)}"
    asked = _parameters(request)
    pairs = [(name, value) for name in asked for value in asked.getlist(name)]
    links = [("self", f"{here}?{urlencode(pairs)}")]
    if more:
        kept = [pair for pair in pairs if pair[0] not in more]
        links.append(("next", f"{here}?{urlencode([*kept, *more.items()])}"))
    return _json(pdsm.searchset(resources, base_url=base_url(), links=links, total=total, said=said))


def _whole(asked: QueryDict, name: str, default: int, least: int, most: int) -> int:
    text = asked.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise UnsupportedSearch(f"« {name} » n’est pas un nombre accepté.", expected=f"de {least} à {most}")
    return int(text)
