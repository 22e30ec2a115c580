"""The operator's desk, live: the exchanges as they come, and one of them with every verdict."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.judge.names import CHECK_NAMES
from tramontane.national.models import AccessTrace, GeographicEntity, Professional
from tramontane.national.pages.forms import ExchangesForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import exchanges as selectors

LATELY = timedelta(hours=24)


@require_GET
@requires(Role.OPERATOR)
def exchange_list(request: PersonRequest) -> HttpResponse:
    """The exchanges, the most recent first. The first page renews itself, until it is paused."""
    form = ExchangesForm(request.GET)
    valid, after, paused = form.is_valid(), request.GET.get("apres", ""), bool(request.GET.get("pause"))
    wanted = form.wanted()
    page, following = selectors.page_of(wanted, after)
    context = {
        "form": form,
        "page": page,
        "following": following,
        "count": selectors.count_of(wanted),
        "counted": selectors.COUNTED,
        "failing": _failing(wanted),
        "live": valid and not after and not paused,
        "paused": paused,
        "filtered": wanted != selectors.Filter(),
    }
    return render(request, "national/exchanges.html", context, status=200 if valid else 400)


def _failing(wanted: selectors.Filter) -> list[tuple[int, str, int]]:
    """Each check that failed lately, with its name and how often."""
    found = wanted.failed_checks(clock.now() - LATELY)
    return [(step, CHECK_NAMES.get(step, ""), found[step]) for step in sorted(found)]


@require_GET
@requires(Role.OPERATOR, Role.CNAM_OFFICER)
def exchange(request: PersonRequest, pk: int) -> HttpResponse:
    """One exchange: who called, what was answered, the verdict of every check. An officer comes from an alert."""
    trace = get_object_or_404(AccessTrace, pk=pk)
    row = selectors.Row.of(trace)
    context = {
        "row": row,
        "one": trace,
        "marks": selectors.marks(row.verdicts),
        "professional": Professional.objects.filter(pk=trace.rpps[:11]).first(),
        "structure": GeographicEntity.objects.filter(pk=trace.structure[:9]).first(),
        "officer": request.person.role is Role.CNAM_OFFICER,
    }
    return render(request, "national/exchange.html", context)
