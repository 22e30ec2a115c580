"""Opening a minor's record in a secret connection, and leaving it (EX_0.1-1100)."""

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
from tramontane.hospital.consultations.forms import SecrecyForm
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.views.context import record_context
from tramontane.hospital.consultations.views.record import record_path
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def secret(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """What it does, what is not known of it, the minor's request; then the record opens in that connection."""
    access = access_of(request, patient_or_404(request, patient_id))
    if access.secret:
        return redirect(record_path(patient_id))
    form = SecrecyForm(request.POST if request.method == "POST" else None)
    context = record_context(request, access) | {"form": form}
    if request.method == "POST" and form.is_valid():
        opened = services.secret_open(access)
        if isinstance(opened, Opening):
            return redirect(record_path(patient_id))
        context["refused"] = [card(request.account, access.patient, reason) for reason in opened]
    failed = bool(form.errors) or "refused" in context
    return render(request, "consultations/secret.html", context, status=422 if failed else 200)


@requires(Role.CLINICIAN)
@require_POST
def leave(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Leave the secret connection. A patient out of reach by now is found all the same: leaving is always allowed."""
    opening = selectors.secret_opening(request.account, patient_id)
    if opening is not None and services.secret_end(opening, request.proof):
        messages.success(request, "Connexion secrète quittée.")
    return redirect(record_path(patient_id))
