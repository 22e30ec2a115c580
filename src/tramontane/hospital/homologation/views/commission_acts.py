"""What is done at the commission, act by act: a form, a service, a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.commission_forms import (
    DecisionForm,
    MeetingForm,
    MemberForm,
    MotiveForm,
    OpinionForm,
    RisksForm,
)
from tramontane.hospital.homologation.models import Dossier, Judgement, Member
from tramontane.hospital.homologation.selectors import dossiers
from tramontane.hospital.homologation.services import judging, sitting
from tramontane.hospital.homologation.views.commission import shown
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded, weak

# What a refused act gives back: its form, under its name in the page; None: it is done, or says nothing long to retype.
Refused = dict[str, Any] | None


@of_dossier(*permissions.DECIDERS)
@require_POST
def act(request: AuthenticatedRequest, dossier: Dossier, what: str) -> HttpResponse:
    """One act of the commission: its form, its service, its sentence."""
    judgement = dossiers.judgement_of(dossier)
    handler = _ACTS.get(what)
    if handler is None or judgement is None:
        raise Http404("Cet acte n’existe pas.")
    refused = handler(request, judgement)
    if refused:  # what was typed is shown again with the reason
        return page(request, dossier, "commission", shown(dossier) | refused, status=422)
    return redirect("homologation:commission", dossier.number)


def _postpone(request: AuthenticatedRequest, judgement: Judgement) -> None:
    form = MeetingForm(request.POST)
    if not invalid(request, form):
        who = actor(request.account, request.proof)
        meeting = form.meeting
        succeeded(request, lambda: sitting.postpone(judgement.sitting, meeting, actor=who), "Séance modifiée.")


def _invite(request: AuthenticatedRequest, judgement: Judgement) -> None:
    form = MemberForm(request.POST)
    if not invalid(request, form):
        who = actor(request.account, request.proof)
        values = form.cleaned_data
        succeeded(request, lambda: sitting.invite(judgement.sitting, **values, actor=who), "Participant invité.")


def _uninvite(request: AuthenticatedRequest, judgement: Judgement) -> None:
    member = _member(request, judgement)
    who = actor(request.account, request.proof)
    succeeded(request, lambda: sitting.uninvite(member, actor=who), "Participant retiré.")


def _attendance(request: AuthenticatedRequest, judgement: Judgement) -> None:
    said = {member.pk: request.POST.get(f"present-{member.pk}") for member in judgement.sitting.members.all()}
    present = {pk: value == "oui" for pk, value in said.items() if value in ("oui", "non")}
    who = actor(request.account, request.proof)
    succeeded(request, lambda: sitting.note_attendance(judgement.sitting, present, actor=who), "Présences notées.")


def _risks(request: AuthenticatedRequest, judgement: Judgement) -> Refused:
    form = RisksForm(request.POST)
    if not invalid(request, form):
        who, text = actor(request.account, request.proof), form.cleaned_data["risks"]
        done = "Risques résiduels enregistrés."
        if succeeded(request, lambda: judging.state_risks(judgement.dossier, text, actor=who), done):
            return None
    return {"risks_form": form}


def _opinion(request: AuthenticatedRequest, judgement: Judgement) -> None:
    member, form = _member(request, judgement), OpinionForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        succeeded(request, lambda: judging.give_opinion(judgement.dossier, member, **values, actor=who), "Avis noté.")


def _decide(request: AuthenticatedRequest, judgement: Judgement) -> Refused:
    form = DecisionForm(request.POST)
    if not weak(request) and not invalid(request, form):
        who, ruling = actor(request.account, request.proof), form.ruling
        if succeeded(request, lambda: judging.decide(judgement.dossier, ruling, actor=who), "Décision enregistrée."):
            return None
    return {"decision_form": form}


def _reconsider(request: AuthenticatedRequest, judgement: Judgement) -> None:
    form = MotiveForm(request.POST)
    if not invalid(request, form):
        who, motive = actor(request.account, request.proof), form.cleaned_data["motive"]
        succeeded(request, lambda: judging.reconsider(judgement.dossier, motive=motive, actor=who), "Décision annulée.")


def _cancel(request: AuthenticatedRequest, judgement: Judgement) -> None:
    form = MotiveForm(request.POST)
    if not invalid(request, form):
        who, motive = actor(request.account, request.proof), form.cleaned_data["motive"]
        succeeded(request, lambda: sitting.cancel(judgement.dossier, actor=who, motive=motive), "Commission annulée.")


_ACTS: dict[str, Callable[[AuthenticatedRequest, Judgement], Refused]] = {
    "seance": _postpone,
    "inviter": _invite,
    "retirer": _uninvite,
    "presences": _attendance,
    "risques": _risks,
    "avis": _opinion,
    "decision": _decide,
    "revenir": _reconsider,
    "annuler": _cancel,
}


def _member(request: AuthenticatedRequest, judgement: Judgement) -> Member:
    asked = request.POST.get("member", "")
    row = judgement.sitting.members.filter(pk=int(asked) if asked.isdecimal() else 0).first()
    if row is None:
        raise Http404("Ce participant ne siège pas.")
    return row
