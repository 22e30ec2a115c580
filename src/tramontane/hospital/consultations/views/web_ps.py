"""The link to the Web-PS DMP."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import gateway, services
from tramontane.hospital.consultations.access import access_of
from tramontane.hospital.consultations.views.context import record_context
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
@require_GET
def open_web_ps(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Trace, then go there. A link and not a form: our own policy forbids a form to lead to another site."""
    access = access_of(request, patient_or_404(request, patient_id))
    try:
        address = services.web_ps_address(access)
    except gateway.AccessRefusedError as refusal:
        cards = [card(request.account, access.patient, reason) for reason in refusal.refused.reasons]
        context = record_context(request, access) | {"refused": cards}
        return render(request, "consultations/web_ps.html", context, status=403)
    if not address:
        raise Http404("Aucune adresse du Web-PS DMP n’est réglée, ou une connexion secrète est en cours.")
    response = redirect(address)
    response["Referrer-Policy"] = "no-referrer"
    return response
