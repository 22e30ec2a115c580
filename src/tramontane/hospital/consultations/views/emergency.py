"""Breaking the glass, regulating, and ending either."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import selectors, services
from tramontane.hospital.consultations.access import access_of
from tramontane.hospital.consultations.forms import EmergencyForm, RegulationForm
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.consultations.views.context import record_context
from tramontane.hospital.consultations.views.record import record_path
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def bris_de_glace(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The motive and the two declarations; then the record opens in emergency."""
    access = access_of(request, patient_or_404(request, patient_id))
    if access.emergency is not None:
        return redirect(record_path(patient_id))
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    context = record_context(request, access) | {"form": form}
    if request.method == "POST" and form.is_valid():
        opened = services.bris_de_glace_open(access, Declarations(**form.cleaned_data))
        if isinstance(opened, Opening):
            return redirect(record_path(patient_id))
        context["refused"] = [card(request.account, access.patient, reason) for reason in opened]
    failed = bool(form.errors) or "refused" in context
    return render(request, "consultations/bris_de_glace.html", context, status=422 if failed else 200)


@requires(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def regulation(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The motive of a regulation access (centre 15); then the record opens in that mode."""
    access = access_of(request, patient_or_404(request, patient_id))
    if access.emergency is not None:
        return redirect(record_path(patient_id))
    form = RegulationForm(request.POST if request.method == "POST" else None)
    context = record_context(request, access) | {"form": form}
    if request.method == "POST" and form.is_valid():
        opened = services.regulation_open(access, form.cleaned_data["motive"])
        if isinstance(opened, Opening):
            return redirect(record_path(patient_id))
        context["refused"] = [card(request.account, access.patient, reason) for reason in opened]
    failed = bool(form.errors) or "refused" in context
    return render(request, "consultations/regulation.html", context, status=422 if failed else 200)


@requires(Role.CLINICIAN)
@require_POST
def end(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """End the emergency access in force. A patient out of reach by now is found all the same: ending is always allowed."""
    opening = (
        Opening.objects.filter(
            account=request.account, patient_id=patient_id, access_mode__in=selectors.EMERGENCIES, ended_at=None
        )
        .select_related("patient", "geographic_entity", "episode")
        .order_by("-opened_at")
        .first()
    )
    if opening is not None:
        services.emergency_end(opening, request.proof)
        messages.success(request, "Accès terminé.")
    return redirect(record_path(patient_id))
