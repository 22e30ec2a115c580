"""Réserves and the action plan: the page of all of them, and what the drawer does to one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions, rows
from tramontane.hospital.homologation.forms import ActionForm, AttachForm, FollowForm, ReserveForm
from tramontane.hospital.homologation.models import Action, Dossier, Reserve
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.facts import facts, reserve_value
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services import moving, reserving
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded
from tramontane.hospital.homologation.views.exigences import to_drawer
from tramontane.rules.homologation import ActionState, DossierState, ExigenceState, ReserveState, lift_objection

_TONES = {ReserveState.OPEN: ("warn", "!"), ReserveState.OVERDUE: ("stop", "✕"), ReserveState.LIFTED: ("ok", "✓")}
_MISSING = frozenset({ExigenceState.UNMET, ExigenceState.BLOCKING})


@of_dossier(*permissions.READERS)
@require_GET
def reserves(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every réserve with its actions; and the exigences not met that have none."""
    today = moving.today()
    names = {one.id: one for one in referentiel_of(dossier.edition).exigences}
    known = facts(dossier, today)
    levels = {one.exigence.id: one.assessment.level for one in known.lines}
    proofs = usable(dossier.legal_entity)
    shown = []
    for row in dossier.reserves.prefetch_related("actions").select_related("lifted_with", "lifted_by"):
        value = reserve_value(row)
        state = value.state(today) if value else ReserveState.OPEN
        tone, sign = _TONES[state]
        why_not = lift_objection(DossierState(dossier.state), levels[row.exigence])
        shown.append(
            {
                "row": row,
                "exigence": names.get(row.exigence),
                "state": state,
                "tone": tone,
                "sign": sign,
                "why_not": why_not,
            }
        )
    context = {
        "reserves": shown,
        "missing": [row for row in rows.rows(known) if row.state in _MISSING],
        "action_states": list(ActionState),
        "lift_form": AttachForm(proofs=proofs) if proofs.exists() else None,
        "today": today,
    }
    return page(request, dossier, "reserves", context)


@of_dossier(*permissions.EDITORS)
@require_POST
def write(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """Write or rewrite the réserve of an exigence."""
    if exigence not in {one.id for one in referentiel_of(dossier.edition).exigences}:
        raise Http404("Cette exigence n’existe pas.")
    form = ReserveForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        succeeded(
            request,
            lambda: reserving.write_reserve(dossier, exigence, **values, actor=who),
            "Réserve enregistrée.",
        )
    return to_drawer(dossier, exigence, "plan")


@of_dossier(*permissions.EDITORS)
@require_POST
def remove(request: AuthenticatedRequest, dossier: Dossier, reserve: int) -> HttpResponse:
    """A réserve written by mistake."""
    row = _reserve(dossier, reserve)
    who = actor(request.account, request.proof)
    succeeded(request, lambda: reserving.remove_reserve(row, actor=who), "Réserve retirée.")
    return to_drawer(dossier, row.exigence, "plan")


@of_dossier(*permissions.EDITORS)
@require_POST
def plan(request: AuthenticatedRequest, dossier: Dossier, reserve: int) -> HttpResponse:
    """Add an action."""
    row = _reserve(dossier, reserve)
    form = ActionForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        succeeded(request, lambda: reserving.plan(row, **values, actor=who), "Action prévue.")
    return to_drawer(dossier, row.exigence, "plan")


@of_dossier(*permissions.EDITORS)
@require_POST
def follow(request: AuthenticatedRequest, dossier: Dossier, action: int) -> HttpResponse:
    """Say where an action stands, who leads it, for when."""
    row = Action.objects.filter(reserve__dossier=dossier, pk=action).select_related("reserve__dossier").first()
    if row is None:
        raise Http404("Cette action n’existe pas.")
    form = FollowForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        state, seen = ActionState(values["state"]), values["seen"]
        succeeded(
            request,
            lambda: reserving.revise(row, state, values["owner"], values["due"], seen=seen, actor=who),
            "Action enregistrée.",
        )
    return redirect("homologation:reserves", dossier.number)


@of_dossier(*permissions.EDITORS)
@require_POST
def lift(request: AuthenticatedRequest, dossier: Dossier, reserve: int) -> HttpResponse:
    """Lift a réserve with a proof."""
    row = _reserve(dossier, reserve)
    form = AttachForm(request.POST, proofs=usable(dossier.legal_entity))
    if not invalid(request, form):
        who, kept = actor(request.account, request.proof), form.cleaned_data["evidence"]
        succeeded(request, lambda: reserving.lift(row, kept, on=moving.today(), actor=who), "Réserve levée.")
    return redirect("homologation:reserves", dossier.number)


def _reserve(dossier: Dossier, pk: int) -> Reserve:
    row = dossier.reserves.filter(pk=pk).select_related("dossier").first()
    if row is None:
        raise Http404("Cette réserve n’existe pas.")
    return row
