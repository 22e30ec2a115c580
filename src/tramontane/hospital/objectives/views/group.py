"""Establishments of a group side by side; who reads one's own figures."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions, words
from tramontane.hospital.objectives.board import MEASURED, Cell
from tramontane.hospital.objectives.forms import ShareForm
from tramontane.hospital.objectives.selectors import group
from tramontane.hospital.objectives.services import choosing
from tramontane.hospital.objectives.views.desk import page, succeeded
from tramontane.rules.objectives import definitions


@requires(*permissions.GROUP)
@require_http_methods(["GET", "POST"])
def group_page(request: AuthenticatedRequest) -> HttpResponse:
    """One column an establishment, one row an objective; opening one's own figures to another direction."""
    entity = request.account.legal_entity
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        who, finess = actor(request.account, request.proof), form.cleaned_data["finess"]
        if succeeded(
            request, lambda: choosing.share(entity, finess, actor=who), "Chiffres ouverts à cet établissement."
        ):
            return redirect("objectives:group")
    year = request.GET.get("annee", MEASURED[0])
    if year not in MEASURED:
        raise Http404("Cette année n’a pas d’objectif.")
    found = group.columns(entity)
    context = {
        "columns": [(one, words.month_name(one.month) if one.month else "aucun mois clos") for one in found],
        "lines": [(known, [_cell(one, known.id, year) for one in found]) for known in definitions().objectifs],
        "year": year,
        "years": MEASURED,
        "granted": group.granted(entity),
        "form": form,
    }
    return page(request, "group", context, status=422 if form.errors else 200)


def _cell(column: group.Column, objective: str, year: str) -> Cell | None:
    figure = column.figures.get((objective, year))
    return Cell(figure, None) if figure else None


@requires(*permissions.GROUP)
@require_POST
def withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Stop showing one's figures to an establishment."""
    row = group.granted(request.account.legal_entity).filter(pk=pk).first()
    if row is None:
        raise Http404("Ce partage n’existe pas.")
    who = actor(request.account, request.proof)
    succeeded(request, lambda: choosing.withdraw(row, actor=who), "Partage retiré.")
    return redirect("objectives:group")
