"""What every page shares: its tabs, the month looked at, what the account may do, refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tramontane.hospital import clock
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.objectives import permissions
from tramontane.hospital.objectives.board import Board, board
from tramontane.hospital.objectives.selectors import statements
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.objectives.services.live import so_far
from tramontane.hospital.objectives.views.desks import desks_of
from tramontane.rules.objectives.periods import month_of, parse

TABS = (
    ("Tableau de bord", "objectives:board"),
    ("Relevés", "objectives:statements"),
    ("Preuves", "objectives:proofs"),
    ("Calendrier", "objectives:calendar"),
    ("Groupe", "objectives:group"),
    ("Paramètres", "objectives:readings"),
)


def page(
    request: AuthenticatedRequest, tab: str, context: dict[str, Any], *, template: str = "", status: int = 200
) -> HttpResponse:
    """`objectives/{tab}.html`, or another template under this tab."""
    shared = {
        "tabs": TABS,
        "tab": f"objectives:{tab}",
        "may_edit": permissions.edits(request.account),
        "desks": desks_of(request.account),
    }
    return render(request, f"objectives/{template or tab}.html", shared | context, status=status)


def month_asked(request: HttpRequest) -> date | None:
    """The closed month of the address (`?mois=2026-10`); None: the month that runs.

    Raises:
        Http404: not a month.
    """
    text = request.GET.get("mois", "")
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        raise Http404("Ce mois n’existe pas.") from None


def board_asked(request: AuthenticatedRequest) -> Board:
    """The board of the month asked for: frozen when it is closed, « so far » otherwise.

    Raises:
        Http404: a month that is neither closed nor running.
    """
    entity, now = request.account.legal_entity, clock.now()
    month, running = month_asked(request), month_of(now)
    rows = statements.in_force(entity)
    if month is None or month == running:
        facts, read_at = so_far(entity, now)
        return board(running, facts, rows, read_at=read_at)
    frozen = statements.latest(entity, month)
    if frozen is None:
        raise Http404("Ce mois n’est pas clos.")
    before = [row for row in rows if row.month <= month]
    return board(month, statements.facts_of(frozen), before)


def succeeded(request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Do it and say so; or say in words why not."""
    try:
        act()
    except ObjectivesError as refused:
        messages.error(request, str(refused), extra_tags="stop")
        return False
    messages.success(request, said, extra_tags="ok")
    return True
