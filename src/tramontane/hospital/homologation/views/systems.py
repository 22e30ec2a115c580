"""The register of record systems: the list, one system, and its secret number shown once."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.register_forms import DayForm, DeploymentForm, SystemForm, VersionForm
from tramontane.hospital.homologation.selectors import systems as reading
from tramontane.hospital.homologation.selectors.systems import Registered
from tramontane.hospital.homologation.services import registering
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.views.desk import invalid, succeeded, weak
from tramontane.hospital.homologation.views.establishment import page


@requires(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def systems(request: AuthenticatedRequest) -> HttpResponse:
    """Every system with the version in service and how far it is deployed; inscribing one."""
    entity, day = request.account.legal_entity, today()
    posting = request.method == "POST" and permissions.edits(request.account)
    form = SystemForm(request.POST if posting else None)
    if posting and form.is_valid():
        who, values = actor(request.account, request.proof), form.cleaned_data
        said = f"« {values['name']} » est inscrit au registre."
        if succeeded(request, lambda: registering.register(entity, **values, actor=who), said, form):
            return redirect("homologation:systems")
    rows = [(one, one.version_on(day), len(one.in_production(day))) for one in reading.registered(entity)]
    return page(request, "systems", {"rows": rows, "form": form}, status=422 if form.errors else 200)


@requires(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def system(request: AuthenticatedRequest, system: int) -> HttpResponse:
    """One system: versions, then services; adding a version."""
    found = _system(request, system)
    posting = request.method == "POST" and permissions.edits(request.account)
    form = VersionForm(request.POST if posting else None, initial={"in_service_on": today()})
    if posting and form.is_valid():
        who = actor(request.account, request.proof)
        if succeeded(
            request,
            lambda: registering.add_version(found.row, form.facts, actor=who),
            "Version enregistrée. Une homologation déjà signée le verra comme un motif de renouvellement.",
            form,
        ):
            return redirect("homologation:system", found.row.pk)
    return page(request, "system", _shown(found) | {"form": form}, status=422 if form.errors else 200)


def _shown(found: Registered) -> dict[str, Any]:
    day = today()
    lines = [(one, found.planned(one), found.since(one)) for one in found.services]
    return {
        "system": found.row,
        "versions": found.versions,
        "current": found.version_on(day),
        "lines": lines,
        "in_production": len(found.in_production(day)),
        "undated": sum(planned is None and since is None for _, planned, since in lines),
        "retire_form": DayForm(initial={"on": day}),
    }


@requires(*permissions.EDITORS)
@require_POST
def deploy(request: AuthenticatedRequest, system: int) -> HttpResponse:
    """The dates of one service."""
    found = _system(request, system)
    form = DeploymentForm(request.POST, entity=request.account.legal_entity)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        said = f"{values['service'].name} : dates enregistrées."
        succeeded(request, lambda: registering.deploy(found.row, **values, actor=who), said)
    return redirect("homologation:system", found.row.pk)


@requires(*permissions.EDITORS)
@require_POST
def retire(request: AuthenticatedRequest, system: int) -> HttpResponse:
    """The system is no longer used."""
    found = _system(request, system)
    form = DayForm(request.POST)
    if not invalid(request, form):
        who, on = actor(request.account, request.proof), form.cleaned_data["on"]
        succeeded(request, lambda: registering.retire(found.row, on, actor=who), "Le logiciel est retiré du registre.")
    return redirect("homologation:system", found.row.pk)


@requires(*permissions.EDITORS)
@require_POST
def reveal(request: AuthenticatedRequest, version: int) -> HttpResponse:
    """The number, in this one answer, that nothing keeps (EX_GEN-1490)."""
    row = reading.version(request.account.legal_entity, version)
    if row is None or not row.cnda_number:
        raise Http404("Ce numéro n’est pas au registre.")
    if weak(request):
        return redirect("homologation:system", row.system_id)
    number = registering.reveal(row, actor=actor(request.account, request.proof))
    found = _system(request, row.system_id)
    form = VersionForm(initial={"in_service_on": today()})
    answer = page(request, "system", _shown(found) | {"form": form, "revealed": row.pk, "number": number})
    answer["Cache-Control"] = "no-store"
    return answer


def _system(request: AuthenticatedRequest, pk: int) -> Registered:
    found = reading.system(request.account.legal_entity, pk)
    if found is None:
        raise Http404("Ce logiciel n’est pas au registre.")
    return found
