"""The commission: its gate, its sitting, its members, what it says and decides."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import calendar, permissions
from tramontane.hospital.homologation.commission_forms import (
    ConveneForm,
    DecisionForm,
    MeetingForm,
    MemberForm,
    MotiveForm,
    RisksForm,
)
from tramontane.hospital.homologation.models import Dossier, Opinion
from tramontane.hospital.homologation.selectors import dossiers
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import moving, sitting
from tramontane.hospital.homologation.views.desk import of_dossier, page, succeeded
from tramontane.rules.homologation import DossierState, GateName, duration_advice, gate


@of_dossier(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def commission(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Closed: why. Open to convene: the form. Convened: everything about the sitting."""
    ready = _ready(dossier)
    posting = request.method == "POST" and permissions.decides(request.account)
    choices = [(one, dossiers.referentiel_of(one.edition).sigle) for one in ready]
    form = ConveneForm(request.POST if posting else None, dossiers=choices, initial={"dossiers": [str(dossier.number)]})
    if posting and form.is_valid():
        chosen = [one for one in ready if str(one.number) in form.cleaned_data["dossiers"]]
        who = actor(request.account, request.proof)
        if succeeded(
            request, lambda: sitting.convene(chosen, form.meeting, actor=who), "La commission est convoquée.", form
        ):
            return redirect("homologation:commission", dossier.number)
    return page(
        request, dossier, "commission", shown(dossier) | {"convene_form": form}, status=422 if form.errors else 200
    )


def _ready(dossier: Dossier) -> list[Dossier]:
    """This dossier first, and the others of the establishment that wait for a commission too."""
    others = dossiers.dossiers(dossier.legal_entity).filter(state=DossierState.ASSESSED.value)
    return [dossier, *(one for one in others if one.pk != dossier.pk)]


def shown(dossier: Dossier) -> dict[str, Any]:
    """What the page of the commission shows of a dossier, wherever it stands."""
    known = facts(dossier, moving.today())
    judgement = dossiers.judgement_of(dossier)
    found: dict[str, Any] = {
        "gate": gate(GateName.COMMISSION, known),
        "decision_gate": gate(GateName.DECISION, known),
        "sitting_gate": gate(GateName.SITTING, known),
        "judgement": judgement,
        "adjourned": None if judgement else dossiers.last_judgement(dossier),
    }
    if judgement is None:
        return found
    meeting = judgement.sitting
    begins = timezone.localtime(meeting.starts_at)
    opinions = {row.member_id: row for row in judgement.opinions.all()}
    reserves = sum(one.carried is not None for one in known.lines)
    return found | {
        "sitting": meeting,
        "settled": sitting.settled(meeting),
        "members": [(member, opinions.get(member.pk)) for member in meeting.members.all()],
        "others": [one for one in meeting.judgements.filter(cancelled_at=None) if one.pk != judgement.pk],
        "opinion_values": Opinion.Value,
        "meeting_form": MeetingForm(
            initial={
                "day": begins.date(),
                "time": begins.time(),
                "minutes": meeting.minutes,
                "place": meeting.place,
            }
        ),
        "member_form": MemberForm(),
        "risks_form": RisksForm(initial={"risks": judgement.risks}),
        "decision_form": DecisionForm(initial={"months": known.referentiel.regles.duree_max_mois}),
        "motive_form": MotiveForm(),
        "advice": duration_advice(known.referentiel, known.referentiel.regles.duree_max_mois or 0, reserves),
    }


@of_dossier(*permissions.READERS)
@require_GET
def invitation(_request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The convocation as a calendar file."""
    judgement = dossiers.judgement_of(dossier)
    if judgement is None:
        raise Http404("La commission n’est pas convoquée.")
    answer = HttpResponse(calendar.invitation(judgement.sitting), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="commission.ics"'
    return answer
