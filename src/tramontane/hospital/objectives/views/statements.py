"""Statements: the list, closing a month that is due, correcting one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions, words
from tramontane.hospital.objectives.forms import CorrectionForm
from tramontane.hospital.objectives.selectors import statements
from tramontane.hospital.objectives.services import closing
from tramontane.hospital.objectives.views.desk import page, succeeded
from tramontane.rules.objectives import State
from tramontane.rules.objectives.periods import parse


@requires(*permissions.READERS)
@require_GET
def statements_page(request: AuthenticatedRequest) -> HttpResponse:
    """What was frozen, month after month, and what is due."""
    return page(request, "statements", _context(request))


def _context(request: AuthenticatedRequest, form: CorrectionForm | None = None) -> dict[str, object]:
    entity = request.account.legal_entity
    last = {row.pk for row in statements.in_force(entity)}
    rows = []
    for row in statements.statements(entity):
        figures = [one for one in statements.figures_of(row) if one.year == "2027"]
        reached = sum(one.state is State.REACHED for one in figures)
        rows.append((row, words.month_name(row.month), f"{reached} sur {len(figures)}", row.pk in last))
    return {
        "rows": rows,
        "due": [(f"{month:%Y-%m}", words.month_name(month)) for month in closing.due(entity, clock.now())],
        "form": form or CorrectionForm(),
    }


@requires(*permissions.EDITORS)
@require_POST
def close(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Close a month that is over; or, with a motive, correct it."""
    try:
        month = parse(key)
    except ValueError:
        raise Http404("Ce mois n’existe pas.") from None
    form = CorrectionForm(request.POST if "motive" in request.POST else None)
    if form.is_bound and not form.is_valid():
        return page(request, "statements", _context(request, form), status=422)
    entity, who = request.account.legal_entity, actor(request.account, request.proof)
    motive = form.cleaned_data["motive"] if form.is_bound else ""
    said = "Correction enregistrée." if motive else "Mois clos."
    succeeded(request, lambda: closing.close(entity, month, actor=who, motive=motive), said)
    return redirect("objectives:statements")
