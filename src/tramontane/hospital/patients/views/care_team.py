"""The care team of an episode, beyond its service: who is named in it, by whom, and naming or taking out a colleague."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import selectors, services
from tramontane.hospital.patients.forms import CareTeamForm
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.ADMISSIONS, Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def care_team(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Who is named for the episode of the moment; a form for whoever may name somebody."""
    patient, episode = _found(request, patient_id)
    form = CareTeamForm(request.POST or None, legal_entity=request.account.legal_entity, namer=request.account)
    if request.method == "POST" and episode is not None:
        _require_namer(request, episode)
        if form.is_valid():
            services.join_care_team(episode, form.colleague, actor=actor(request.account, request.proof))
            messages.success(request, f"{form.colleague.display_name} fait partie de l’équipe de soins de cette venue.")
            return redirect("patients:care-team", patient_id)
    context: dict[str, Any] = {
        "patient": patient,
        "episode": episode,
        "members": selectors.care_team_of(episode) if episode else (),
        "may_name": episode is not None and selectors.may_name(request.account, episode, clock.now()),
        "form": form,
    }
    return render(request, "patients/care_team.html", context, status=422 if form.errors else 200)


@requires(Role.ADMISSIONS, Role.CLINICIAN)
@require_POST
def leave(request: AuthenticatedRequest, patient_id: int, member_id: int) -> HttpResponse:
    """Take somebody out of the care team: effective at the next request."""
    _, episode = _found(request, patient_id)
    if episode is not None:
        _require_namer(request, episode)
        if services.leave_care_team(episode, member_id, actor=actor(request.account, request.proof)):
            messages.success(request, "Retiré de l’équipe de soins.")
    return redirect("patients:care-team", patient_id)


def _found(request: AuthenticatedRequest, patient_id: int) -> tuple[Patient, Episode | None]:
    patient = patient_or_404(request, patient_id)
    return patient, selectors.current_episode(patient, request.account, clock.now())


def _require_namer(request: AuthenticatedRequest, episode: Episode) -> None:
    if not selectors.may_name(request.account, episode, clock.now()):
        raise PermissionDenied("Seuls les admissions et l’équipe de soins de la venue y nomment quelqu’un.")
