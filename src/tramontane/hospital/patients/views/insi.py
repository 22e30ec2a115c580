"""The button « Interroger INSi »."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import insi
from tramontane.hospital.patients.selectors import insi_connection
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.ADMISSIONS)
@require_POST
def interrogate(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Ask INSi now, and say what came of it on the identity page."""
    patient = patient_or_404(request, patient_id)
    connection = insi_connection(request.account.legal_entity)
    if connection is None:
        raise Http404("INSi n’est pas configuré pour cet établissement.")
    told = insi.interrogate(patient, connection, actor=actor(request.account, request.proof))
    say = messages.success if told.attached else messages.warning
    say(request, f"{told.sentence} {told.next_step}".strip())
    return redirect("patients:identity", patient.pk)
