"""The first page of the workspace, and the first page of a dossier."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.homologation.selectors import dossiers, homologations
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import moving, opening
from tramontane.hospital.homologation.views.desk import head, of_dossier, page, succeeded
from tramontane.hospital.homologation.views.next_action import next_action
from tramontane.rules.homologation import Move, Severity, readiness, review
from tramontane.rules.referentiels import shipped_ids


@requires(*permissions.READERS)
@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Straight to the dossier of the DMP; the choice of a référentiel while there is none."""
    entity = request.account.legal_entity
    main = dossiers.shown(entity, dossiers.MAIN)
    if main is not None:
        return redirect("homologation:dossier", main.number)
    return redirect("homologation:dossiers")


@requires(*permissions.READERS)
@require_GET
def all_dossiers(request: AuthenticatedRequest) -> HttpResponse:
    """Every référentiel with what it has: a dossier under way, an homologation, or nothing."""
    entity = request.account.legal_entity
    today = moving.today()
    context = {
        "referentiels": [
            {
                "referentiel": one,
                "under_way": dossiers.under_way(entity, one.id),
                "in_force": homologations.in_force(entity, one.id, today),
            }
            for one in dossiers.available(entity)
        ],
        "dossiers": [(one, *head(one)) for one in dossiers.dossiers(entity)],
        "may_edit": permissions.edits(request.account),
    }
    return render(request, "homologation/dossiers.html", context)


@requires(*permissions.EDITORS)
@require_POST
def open_dossier(request: AuthenticatedRequest) -> HttpResponse:
    """Open a dossier on the newest edition of a référentiel."""
    wanted = request.POST.get("referentiel", "")
    if wanted not in shipped_ids():
        raise Http404("Ce référentiel n’existe pas.")
    entity, who = request.account.legal_entity, actor(request.account, request.proof)
    found = dossiers.under_way(entity, wanted)
    if found is None:
        succeeded(request, lambda: opening.open_dossier(entity, wanted, actor=who), "Dossier ouvert.")
        found = dossiers.under_way(entity, wanted)
    else:  # a button pressed twice, or a renewal somebody already prepares
        messages.info(request, "Ce dossier est déjà en cours.")
    return redirect("homologation:dossier", found.number) if found else redirect("homologation:dossiers")


@of_dossier(*permissions.READERS)
@require_GET
def dossier(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """« Prêt à contractualiser : 4 étapes sur 6 », what to do next, what is to be looked at again."""
    today = moving.today()
    known = facts(dossier, today)
    signed = homologations.in_force(dossier.legal_entity, dossier.referentiel, today)
    own = getattr(dossier, "homologation", None)
    term = homologations.term(own) if own else None
    following = next_action(dossier, known, request.account)
    remarks = review(known)
    context = {
        "readiness": readiness(known),
        "next": following,
        "assessed": known.assessed,
        "total": len(known.referentiel.assessed),
        "remarks": [one for one in remarks if one.severity is not Severity.INFO][:8],
        "details": sum(one.severity is Severity.INFO for one in remarks),
        "in_force": signed,
        "own": own,
        "own_state": term.state(today) if term else "",
        "own_term": term,
        "triggers": homologations.due(own, today) if own else (),
        "exits": [row for row in moving.by_hand(dossier) if row.move.name != following.move],
    }
    return page(request, dossier, "dossier", context)


# The moves that are asked from the first page; those of a commission have their own.
_DONE = {
    Move.FINISH: "L’auto-évaluation est terminée.",
    Move.RESUME: "L’auto-évaluation est reprise.",
    Move.ARCHIVE: "Le dossier est archivé.",
}


@of_dossier(*permissions.EDITORS)
@require_POST
def move(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Finish, resume or archive."""
    wanted = next((one for one in _DONE if one.name == request.POST.get("move")), None)
    if wanted is None:
        raise Http404("Ce passage n’existe pas.")
    who, motive = actor(request.account, request.proof), request.POST.get("motive", "")[:300]
    succeeded(request, lambda: moving.move(dossier, wanted, actor=who, motive=motive), _DONE[wanted])
    return redirect("homologation:dossier", dossier.number)
