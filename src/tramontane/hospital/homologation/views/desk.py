"""What every page of a dossier shares: finding it in one's own legal entity, its head and tabs, refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.models import Dossier, Homologation
from tramontane.hospital.homologation.selectors.dossiers import find, outdated, referentiel_of
from tramontane.hospital.homologation.selectors.homologations import term
from tramontane.hospital.homologation.services.errors import OutdatedError, RefusedError
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.tabs import TABS
from tramontane.rules.homologation import ASSESSABLE, PLANNABLE, DossierState, ForbiddenMove, HomologationState

View = Callable[..., HttpResponseBase]
# State of a dossier → tone of its badge.
TONES = {
    DossierState.DECIDED: "ok",
    DossierState.REFUSED: "stop",
    DossierState.ADJOURNED: "warn",
    DossierState.COMMISSION: "info",
    DossierState.ASSESSED: "info",
}


def of_dossier(*roles: Role) -> Callable[[View], View]:
    """A page of a dossier, by its number, in the legal entity of the account; 404 for anyone else's."""

    def decorate(view: View) -> View:
        @requires(*roles)
        @wraps(view)
        def found(request: AuthenticatedRequest, number: int, **kwargs: Any) -> HttpResponseBase:
            dossier = find(request.account.legal_entity, number)
            if dossier is None:
                raise Http404("Ce dossier n’existe pas.")
            return view(request, dossier, **kwargs)

        return found

    return decorate


def page(
    request: AuthenticatedRequest, dossier: Dossier, tab: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of a dossier: `homologation/{tab}.html`, with its head, its tabs and what the account may do."""
    state = DossierState(dossier.state)
    label, tone = head(dossier)
    shared = {
        "dossier": dossier,
        "referentiel": referentiel_of(dossier.edition),
        "state": state,
        "head_label": label,
        "head_tone": tone,
        "tabs": TABS,
        "tab": f"homologation:{tab}",
        "outdated": outdated(dossier),
        "may_edit": permissions.edits(request.account),
        "may_decide": permissions.decides(request.account),
        "may_keep": permissions.keeps(request.account),
        "assessable": state in ASSESSABLE,
        "plannable": state in PLANNABLE,
    }
    return render(request, f"homologation/{tab}.html", shared | context, status=status)


def head(dossier: Dossier) -> tuple[str, str]:
    """The state a dossier is known by, and its tone: once signed, what its homologation is worth today."""
    state = DossierState(dossier.state)
    signed: Homologation | None = getattr(dossier, "homologation", None)
    if signed is None:
        return state.label, TONES.get(state, "")
    worth = term(signed).state(today())
    tone = {HomologationState.ACTIVE: "ok", HomologationState.EXPIRING: "warn", HomologationState.EXPIRED: "stop"}
    return f"Homologation {worth}", tone.get(worth, "")


def succeeded(request: HttpRequest, act: Callable[[], object], said: str, form: forms.Form | None = None) -> bool:
    """Do it and say so; or say in words why not."""
    if not done(request, act, form):
        return False
    messages.success(request, said, extra_tags="ok")
    return True


def done(request: HttpRequest, act: Callable[[], object], form: forms.Form | None = None) -> bool:
    """Do it; or say in words why not, in the form where the field is known."""
    try:
        act()
    except RefusedError as refused:
        for objection in refused.objections:
            if form is not None:
                form.add_error(objection.field if objection.field in form.fields else None, objection.sentence)
            else:
                messages.error(request, objection.sentence, extra_tags="stop")
    except ForbiddenMove as refused:
        reasons = (
            [one.sentence for one in refused.gate.obstacles] if refused.gate else [f"À faire : {refused.next_step}."]
        )
        messages.error(request, " ".join([refused.message, *reasons]), extra_tags="stop")
    except OutdatedError:
        messages.error(
            request,
            "Quelqu’un d’autre a écrit ici entre-temps : voici ce qui est enregistré. Rien n’a été remplacé.",
            extra_tags="stop",
        )
    else:
        return True
    return False


def weak(request: AuthenticatedRequest) -> bool:
    """Whether the session lacks its second factor: what binds the establishment is not done with one; it is then said."""
    if request.proof is not None and request.proof.two_factors:
        return False
    messages.error(
        request,
        "Cet acte engage l’établissement : il demande une session à deux facteurs. Confirmez votre identité depuis votre nom, "
        "en haut de la page.",
        extra_tags="stop",
    )
    return True


def invalid(request: HttpRequest, form: forms.Form) -> bool:
    """Whether a small form is wrong; its errors are then told at the top of the page."""
    if form.is_valid():
        return False
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said = " ".join(str(error) for error in errors)
        messages.error(request, f"{label} : {said}" if label else said, extra_tags="stop")
    return True
