"""What comes due: the homologation, its triggers of renewal, réserves, actions, proofs. And the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.commission_forms import VoidForm
from tramontane.hospital.homologation.models import Dossier, Homologation
from tramontane.hospital.homologation.selectors import dossiers, homologations, journal
from tramontane.hospital.homologation.selectors.facts import evidence_of
from tramontane.hospital.homologation.services import moving, signing
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded, weak
from tramontane.rules.homologation import ActionState, TriggerKind


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day to keep in mind."""

    day: date
    what: str
    detail: str
    late: bool


@of_dossier(*permissions.READERS)
@require_GET
def deadlines(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every day to come, nearest first; and why the homologation may be due again."""
    today = moving.today()
    own: Homologation | None = getattr(dossier, "homologation", None)
    term = homologations.term(own) if own else None
    state = term.state(today) if term else None
    context = {
        "deadlines": sorted(_deadlines(dossier, own, today), key=lambda one: one.day),
        "own": own,
        "own_term": term,
        "own_state": state,
        "days_left": term.days_left(today) if term else 0,
        "triggers": homologations.due(own, today) if own else (),
        "changes": dossiers.changes_since(dossier),
        "void_form": VoidForm() if state and state.in_force else None,
    }
    return page(request, dossier, "deadlines", context)


def _deadlines(dossier: Dossier, own: Homologation | None, today: date) -> list[Deadline]:
    found = []
    if own is not None:
        last = homologations.term(own).expires_on
        found.append(Deadline(last, "Fin de l’homologation", f"{own.months} mois", last < today))
    for reserve in dossier.reserves.filter(lifted_on=None).prefetch_related("actions"):
        found.append(Deadline(reserve.due, "Réserve à lever", reserve.text, reserve.due < today))
        found += [
            Deadline(action.due, "Action", f"{action.title} ({action.owner})", action.due < today)
            for action in reserve.actions.all()
            if not ActionState(action.state).closed
        ]
    proofs = {row.evidence_id: row for rows in evidence_of(dossier).values() for row in rows if row.ends}
    found += [
        Deadline(row.ends, "Preuve à renouveler", row.evidence.title, row.ends < today)
        for row in proofs.values()
        if row.ends
    ]
    return found


@of_dossier(*permissions.DECIDERS)
@require_POST
def void(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Accept a trigger: the homologation holds no longer."""
    own: Homologation | None = getattr(dossier, "homologation", None)
    if own is None:
        raise Http404("Ce dossier n’est pas homologué.")
    form = VoidForm(request.POST)
    if not weak(request) and not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        kind = TriggerKind(values["trigger"])
        succeeded(request, lambda: signing.void(own, kind, values["motive"], actor=who), "L’homologation est caduque.")
    return redirect("homologation:deadlines", dossier.number)


@of_dossier(*permissions.READERS)
@require_GET
def journal_page(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Everything that was done, newest first, from the traces."""
    found = Paginator(journal.traces(dossier), 50).get_page(request.GET.get("page"))
    entries = [journal.entry(trace) for trace in found]
    return page(request, dossier, "journal", {"page": found, "entries": entries})
