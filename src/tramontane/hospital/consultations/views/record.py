"""The status line of a record, refreshing it, adding one's authorisation."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.consultations.views.context import record_context
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def state(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """GET: the status line as it stands, no call. POST: open the record, as its page does by itself."""
    act = services.open_record if request.method == "POST" else services.displayed
    return _told(request, patient_id, act)


@requires(Role.CLINICIAN)
@require_POST
def refresh(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Ask the DMP again, because the professional wants it."""
    return _told(request, patient_id, services.refresh)


def _told(request: AuthenticatedRequest, patient_id: int, act: Callable[[Access], RecordView]) -> HttpResponse:
    access = access_of(request, patient_or_404(request, patient_id))
    record = act(access)
    if not request.htmx:
        return redirect(record_path(patient_id))
    response = render(request, "consultations/_status.html", record_context(request, access, record))
    if request.method == "POST" and not record.kept:  # refused too: the list below was still announced as on its way
        response["HX-Trigger"] = "dmp-ouvert"
    return response


@requires(Role.CLINICIAN)
@require_GET
def authorise(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Ask for the confirmation that the patient agreed, before anything is added in the DMP."""
    access = access_of(request, patient_or_404(request, patient_id))
    return render(request, "consultations/authorise.html", record_context(request, access))


@requires(Role.CLINICIAN)
@require_POST
def authorise_now(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Add the authorisation (TD0.3), then open the record."""
    access = access_of(request, patient_or_404(request, patient_id))
    record = services.authorise(access)
    if record is None:
        messages.info(request, "Votre autorisation était déjà au DMP de ce patient : rien n’est ajouté.")
        return redirect(record_path(patient_id))
    if record.readable:
        messages.success(request, "Votre autorisation est ajoutée au DMP de ce patient.")
        return redirect(record_path(patient_id))
    return render(request, "consultations/authorise.html", record_context(request, access, record), status=409)


def record_path(patient_id: int) -> str:
    """The page of the record: it belongs to a later step."""
    return f"/patients/{patient_id}/"
