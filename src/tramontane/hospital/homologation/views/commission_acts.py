"""What is done at the commission, act by act: a form, a service, a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
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
    RisksForm,
)
from tramontane.hospital.homologation.models import Dossier, Judgement, Member
from tramontane.hospital.homologation.selectors import dossiers
from tramontane.hospital.homologation.services import judging, sitting
from tramontane.hospital.homologation.views.commission import shown
from tramontane.hospital.homologation.views.desk import done, invalid, of_dossier, page, succeeded, weak

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


def _note(request: AuthenticatedRequest, judgement: Judgement) -> Refused:
    """Who was there, opinions, residual risks: one form, so that no button loses what another part was typed with. Only
    what was changed in it is written."""
    present, opinions = _changed(request.POST, judgement)
    who, dossier, form = actor(request.account, request.proof), judgement.dossier, RisksForm(request.POST)
    risks, seen = (_plain(request.POST.get(name, "")) for name in ("risks", "risks-vus"))
    acts: list[Callable[[], object]] = []
    if present:
        acts.append(lambda: sitting.note_attendance(judgement.sitting, present, actor=who))
    acts += [partial(judging.give_opinion, dossier, member, *said, actor=who) for member, said in opinions]
    wrong = invalid(request, form)
    if risks != seen and not wrong:
        acts.append(lambda: judging.state_risks(dossier, risks, seen=seen, actor=who))
    refused = [act for act in acts if not done(request, act)]  # each is tried: one that is refused loses no other
    if wrong or refused:
        return {"risks_form": form}
    messages.success(request, "Séance enregistrée.", extra_tags="ok")
    return None


def _changed(typed: QueryDict, judgement: Judgement) -> tuple[dict[int, bool], list[tuple[Member, tuple[str, str]]]]:
    """Presences and opinions that differ from those the page showed."""
    present, opinions = {}, []
    for member in judgement.sitting.members.all():
        was, opinion = (typed.get(f"{name}-{member.pk}", "") for name in ("presence-vue", "avis-vu"))
        now = typed.get(f"present-{member.pk}", "")
        if now in ("oui", "non") and now != was:
            present[member.pk] = now == "oui"
        said = typed.get(f"avis-{member.pk}", ""), typed.get(f"mot-{member.pk}", "").strip()[:500]
        if any(said) and " ".join(said).strip() != opinion:
            opinions.append((member, said))
    return present, opinions


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


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
    "noter": _note,
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
