"""Consent in two clicks, its history, and the notice to print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import selectors, services
from tramontane.hospital.patients.consent import consent_state
from tramontane.hospital.patients.forms import ConsentForm
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.patients.sentence import spoken
from tramontane.hospital.patients.views.access import patient_or_404

SPOKEN = {
    "informed": "Information enregistrée.",
    "consent": "Consentement enregistré.",
    "opposition": "Opposition enregistrée.",
    "withdrawn": "Retrait enregistré. Aucune lecture ne partira plus.",
}


@requires(Role.ADMISSIONS, Role.CLINICIAN)
def consent(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """What the patient said for the current episode; two buttons to record it; the whole history."""
    patient = patient_or_404(request, patient_id)
    episode = _named(request, patient) or selectors.current_episode(patient, request.account, clock.now())
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _declare(request, patient, episode, form):
        return redirect(_next(request))
    return render(
        request, "patients/consent.html", _context(request, patient, episode, form), status=422 if form.errors else 200
    )


def _named(request: AuthenticatedRequest, patient: Patient) -> Episode | None:
    """The episode of the line where the desk's button stands: one of this patient's, or none."""
    asked = request.POST.get("episode", "")
    if not asked.isdecimal():
        return None
    return patient.episodes.filter(pk=int(asked), cancelled_at=None).select_related("service").first()


def _declare(request: AuthenticatedRequest, patient: Patient, episode: Episode | None, form: ConsentForm) -> bool:
    values: dict[str, Any] = form.cleaned_data
    outside = _is_outside(request, episode)
    try:
        declaration = services.Declaration(**values, episode=episode, for_account=request.account if outside else None)
    except services.PatientError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    at = clock.now()
    row = services.declare(patient, declaration, actor=actor(request.account, request.proof))
    if row.recorded_at < at:
        messages.info(request, "Cette déclaration était déjà enregistrée : rien n’est ajouté.")
    else:
        messages.success(request, SPOKEN[values["choice"]])
    return True


def _is_outside(request: AuthenticatedRequest, episode: Episode | None) -> bool:
    return selectors.records_explicit_consent(request.account, episode, clock.now())


def _next(request: AuthenticatedRequest) -> str:
    """Where the desk wants to come back to, within the application only."""
    wanted = request.GET.get("suite", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else request.path


def _context(
    request: AuthenticatedRequest, patient: Patient, episode: Episode | None, form: ConsentForm
) -> dict[str, Any]:
    history = ConsentRecord.objects.filter(patient=patient).select_related("recorded_by", "for_account", "episode")
    if not request.account.has_role(
        Role.CLINICIAN
    ):  # the desk stands before the parents: nothing there tells of a secret
        history = history.filter(secret=False)
    return {
        "patient": patient,
        "episode": episode,
        "state": consent_state(patient, episode),
        "outside": _is_outside(request, episode),
        "history": history.order_by("-id"),
        "form": form,
        "submission": clock.new_uuid(),
        "representatives": patient.representatives.all(),
        "sentence": spoken(request.account.legal_entity),
    }


@requires(Role.ADMISSIONS, Role.CLINICIAN)
def notice(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The establishment's own notice, to print and hand over."""
    patient = patient_or_404(request, patient_id)
    context = {"patient": patient, "today": clock.now(), "sentence": spoken(request.account.legal_entity)}
    return render(request, "patients/notice.html", context)
