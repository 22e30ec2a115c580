"""A rehearsal without patients: an operator plays any patient of the stand-in, and it is said everywhere."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.national import clock
from tramontane.national.models import PatientRecord
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors.health_space import patients_named
from tramontane.national.pages.services import rehearsals

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Role.OPERATOR)
def choose(request: PersonRequest) -> HttpResponse:
    """Look for a patient by name or matricule: by POST, never in an address."""
    named = request.POST.get("patient", "").strip()
    found = list(patients_named(named)[: SHOWN + 1])
    context = {"named": named, "patients": found[:SHOWN], "more": len(found) > SHOWN, "shown": SHOWN}
    return render(request, "national/played_patient.html", context)


@require_POST
@requires(Role.OPERATOR)
def enter(request: PersonRequest) -> HttpResponse:
    """Become that patient, on the same card: what she decides is told as played."""
    pk = request.POST.get("patient", "")
    patient = PatientRecord.objects.filter(pk=pk).first() if pk.isdigit() else None
    if patient is None:
        raise Http404
    rehearsals.play_patient(patient, request.person, clock.now())
    _become(request, role=Role.PATIENT.value, key=patient.pk, player=request.person.name)
    return redirect("health-space")


@require_POST
@requires(Role.PATIENT)
def leave(request: PersonRequest) -> HttpResponse:
    """Be the operator again."""
    if not request.person.played_by:
        raise Http404
    _become(request, role=Role.OPERATOR.value, key="operator", name=request.person.played_by)
    return redirect("played-patient")


def _become(request: PersonRequest, **changes: object) -> None:
    """A new session with the same proof of identity."""
    kept = request.session["person"]
    request.session.flush()
    request.session["person"] = {name: kept[name] for name in ("card", "fingerprint", "name")} | changes
