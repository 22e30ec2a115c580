"""Setting and testing the connection to the DMP, from the screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import selectors, services
from tramontane.hospital.consultations.connection import Verdict
from tramontane.hospital.consultations.connection_form import ConnectionForm


@requires(Role.RSSI)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedRequest) -> HttpResponse:
    """Every setting of the connection; kept when it makes sense, whether or not the server answers yet."""
    entity = request.account.legal_entity
    data = request.POST if request.method == "POST" else None
    form = ConnectionForm(data, entity=entity, row=selectors.connection_of(entity.pk))
    if form.is_valid():
        who = actor(request.account, request.proof)
        changed = services.keep_connection(entity, form.values, form.contracts, actor=who)
        messages.success(request, "Connexion enregistrée : testez-la." if changed else "Rien n’a changé.")
        return redirect("consultations:connection")
    return render(request, "consultations/connection_form.html", {"form": form}, status=422 if form.errors else 200)


@requires(Role.RSSI)
@require_POST
def test(request: AuthenticatedRequest) -> HttpResponse:
    """What holds and what does not, from the files to the server's door. No patient is involved."""
    found = services.try_connection(request.account.legal_entity, actor=actor(request.account, request.proof))
    failed = sum(finding.verdict is Verdict.FAILED for finding in found)
    return render(request, "consultations/connection_test.html", {"findings": found, "failed": failed})
