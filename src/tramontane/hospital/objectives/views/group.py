"""Establishments of a group side by side, closed or so far; who reads one's own figures."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions, words
from tramontane.hospital.objectives.board import MEASURED, Cell
from tramontane.hospital.objectives.forms import RUNNING, ShareForm
from tramontane.hospital.objectives.selectors import group
from tramontane.hospital.objectives.services import choosing
from tramontane.hospital.objectives.services.live import so_far
from tramontane.hospital.objectives.views.desk import month_asked, page, succeeded
from tramontane.rules.objectives import definitions, figures, total
from tramontane.rules.objectives.periods import month_of


@requires(*permissions.READERS)
@require_GET
def group_page(request: AuthenticatedRequest) -> HttpResponse:
    """One column an establishment, one row an objective, and their total, at one month."""
    return _page(request, ShareForm())


def _page(request: AuthenticatedRequest, form: ShareForm) -> HttpResponse:
    year = request.GET.get("annee", MEASURED[0])
    if year not in MEASURED:
        raise Http404("Cette année n’a pas d’objectif.")
    shown, now = group.shown_to(request.account), clock.now()
    months = shown.months
    running = not months or request.GET.get("mois") == RUNNING
    month = None if running else month_asked(request) or months[0]
    if month is not None and month not in months:
        raise Http404("Aucun de ces établissements n’a clos ce mois.")
    found = group.columns(shown, month, lambda entity: figures(so_far(entity, now)[0]))
    context = {
        "columns": [(one, _standing(one, request.account)) for one in found],
        "lines": [(known, [_cell(one, known.id, year) for one in found], _total(found, known.id, year))
                  for known in definitions().objectifs],
        "counted": sum(bool(one.figures) for one in found),
        "year": year,
        "years": MEASURED,
        "running": running,
        "month_name": words.month_name(month or month_of(now)),
        "running_name": words.month_name(month_of(now)),
        "month_key": RUNNING if running else f"{month:%Y-%m}",
        "months": [(f"{one:%Y-%m}", words.month_name(one)) for one in months],
        "granted": [(row, _labels(row.roles)) for row in group.granted(request.account.legal_entity)],
        "form": form,
        "may_open": permissions.opens(request.account),
    }  # fmt: skip
    return page(request, "group", context, status=422 if form.errors else 200)


def _standing(column: group.Column, account: Account) -> str:
    """What the account is for this establishment."""
    if column.sharing is None:
        return f"votre établissement, vous y êtes : {', '.join(account.role_labels)}"
    return f"lecture ouverte à : {_labels(column.sharing.roles)}"


def _labels(roles: list[str]) -> str:
    return ", ".join(str(Role(role).label) for role in roles)


def _cell(column: group.Column, objective: str, year: str) -> Cell | None:
    figure = column.figures.get((objective, year))
    return Cell(figure, None) if figure else None


def _total(found: list[group.Column], objective: str, year: str) -> Cell | None:
    measured = [one.figures[objective, year] for one in found if (objective, year) in one.figures]
    return Cell(total(measured), None) if len(measured) > 1 else None


@requires(*permissions.OPENERS)
@require_POST
def share(request: AuthenticatedRequest) -> HttpResponse:
    """Open one's own figures to another establishment."""
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    said, who = form.cleaned_data, actor(request.account, request.proof)
    entity = request.account.legal_entity
    succeeded(
        request,
        lambda: choosing.share(entity, said["finess"], roles=said["roles"], live=said["reach"] == RUNNING, actor=who),
        "Chiffres ouverts à cet établissement.",
    )
    return redirect("objectives:group")


@requires(*permissions.OPENERS)
@require_POST
def withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Stop showing one's figures to an establishment."""
    row = group.granted(request.account.legal_entity).filter(pk=pk).first()
    if row is None:
        raise Http404("Ce partage n’existe pas.")
    who = actor(request.account, request.proof)
    succeeded(request, lambda: choosing.withdraw(row, actor=who), "Partage retiré.")
    return redirect("objectives:group")
