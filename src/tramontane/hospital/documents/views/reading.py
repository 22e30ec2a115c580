"""Reading and searching: explicit acts, by POST."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria, Period
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import access_of
from tramontane.hospital.documents.filters import EVERYTHING, Filters
from tramontane.hospital.documents.services import reading
from tramontane.hospital.documents.services.reading import ReadOutcome
from tramontane.hospital.documents.views import record
from tramontane.hospital.patients.views.access import patient_or_404
from tramontane.ui.templatetags.ui import count_of

STATUSES = {"archives": AvailabilityStatus.ARCHIVED, "anciennes": AvailabilityStatus.DEPRECATED}


@requires(Role.CLINICIAN)
@require_POST
def read(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Fetch the documents ticked, then show the first; what could not be read says why, in the preview."""
    access = access_of(request, patient_or_404(request, patient_id))
    wanted = request.POST.getlist("document")
    if not wanted:
        messages.info(request, "Cochez au moins un document, puis « Lire la sélection ».")
        return redirect(_address(request, patient_id))
    outcome = reading.read(access, request.session.session_key or "", wanted)
    if outcome.reasons or outcome.failure or outcome.missing:
        return record.show(request, access, outcome=outcome, status=_status(outcome))
    return redirect(_address(request, patient_id, doc=outcome.read[0]))


def _status(outcome: ReadOutcome) -> int:
    return 403 if outcome.reasons else 502


def _address(request: AuthenticatedRequest, patient_id: int, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    suffix = f"?{query.urlencode()}" if query else ""
    return reverse("documents:record", args=(patient_id,)) + suffix


@requires(Role.CLINICIAN)
@require_POST
def search(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Ask the DMP with precise criteria; what it shows joins the list, filtered by the same criteria."""
    access = access_of(request, patient_or_404(request, patient_id))
    filters = Filters.read(request.POST)
    author = request.POST.get("auteur_nom", "").strip()
    found = consultations.search(access, criteria_of(filters, author))
    if found.reasons or found.failure:
        return record.show(
            request, access, outcome=ReadOutcome(reasons=found.reasons, failure=found.failure), status=403
        )
    messages.info(
        request, f"Le DMP a trouvé {count_of(len(found.entries), 'document,documents')} pour cette recherche."
    )
    for warning in found.warnings:
        messages.warning(request, f"Réponse partielle du DMP : {warning}")
    query = (
        filters.query
        if filters.dated
        else urlencode([("periode", EVERYTHING)]) + ("&" + filters.query if filters.query else "")
    )
    return redirect(reverse("documents:record", args=(patient_id,)) + f"?{query}")


def criteria_of(filters: Filters, author: str) -> DocumentCriteria:
    """What the registry is asked. The words of the title are not: it has no such criterion, the list filters them."""
    types = value_set(ValueSetName.TYPE_CODE)
    known = (types.find(code) for code in filters.types)
    return DocumentCriteria(
        statuses=(AvailabilityStatus.APPROVED, *(STATUSES[key] for key in filters.also)),
        type_codes=tuple(code for code in known if code is not None),
        author_persons=(f"%{author.replace('%', '')}%",) if author else (),
        service_start=Period(_midnight(filters.since), _midnight(filters.until, days=1)),
    )


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The local beginning of a day; with `days=1`, of the next one: the upper bound is excluded."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time()) + timedelta(days=days))
