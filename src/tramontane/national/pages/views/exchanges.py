"""The operator's desk, live: the exchanges as they come, and one of them with every verdict."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tramontane.national.models import AccessResult, AccessTrace, GeographicEntity, Professional
from tramontane.national.pages.forms import TRANSACTIONS
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import exchanges as selectors
from tramontane.national.tracing import verdicts_of


@require_GET
@requires(Role.CNAM_OFFICER)
def exchange_list(request: PersonRequest) -> HttpResponse:
    """The exchanges, the most recent first. The first page renews itself, until it is paused."""
    given = request.GET
    after = given.get("apres", "")
    wanted = selectors.Filter(
        structure=given.get("structure", "").strip(),
        rpps=given.get("rpps", "").strip(),
        transaction=given.get("transaction", ""),
        result=given.get("reponse", ""),
    )
    page, following = selectors.page_of(wanted.rows(), after)
    context = {
        "page": page,
        "following": following,
        "wanted": wanted,
        "live": not after and not given.get("pause"),
        "paused": bool(given.get("pause")),
        "filtered": wanted != selectors.Filter(),
        "transactions": TRANSACTIONS,
        "results": AccessResult.choices,
    }
    return render(request, "national/exchanges.html", context)


@require_GET
@requires(Role.CNAM_OFFICER)
def exchange(request: PersonRequest, pk: int) -> HttpResponse:
    """One exchange: who called, what was answered, the verdict of every check."""
    trace = get_object_or_404(AccessTrace, pk=pk)
    context = {
        "row": selectors.Row(trace),
        "one": trace,
        "marks": selectors.marks(verdicts_of(trace)),
        "professional": Professional.objects.filter(pk=trace.rpps[:11]).first(),
        "structure": GeographicEntity.objects.filter(pk=trace.structure[:9]).first(),
    }
    return render(request, "national/exchange.html", context)
