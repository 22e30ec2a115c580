"""Review campaigns: open, decide line by line, close, export."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import ReviewCampaign
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import review
from tramontane.hospital.accounts.views.accounts import manager
from tramontane.ui import spreadsheet

PAGE = 50


@manager
def campaigns(request: AuthenticatedRequest) -> HttpResponse:
    """Every campaign, the newest first."""
    found = ReviewCampaign.objects.filter(legal_entity=request.account.legal_entity).select_related("opened_by")
    pending = Q(items__decision="")
    found = found.annotate(
        total=Count("items"), left=Count("items", filter=pending), decided=Count("items", filter=~pending)
    )
    return render(request, "accounts/reviews.html", {"campaigns": found.order_by("-opened_at")})


@require_POST
@manager
def open_campaign(request: AuthenticatedRequest) -> HttpResponse:
    """Start a campaign over every active account."""
    name = request.POST.get("name", "").strip()[:120] or f"Revue du {timezone.localdate(clock.now()):%d/%m/%Y}"
    campaign = review.open_campaign(name, request.account, actor(request.account, request.proof))
    return redirect("accounts:review", campaign.pk)


def _campaign(request: AuthenticatedRequest, pk: int) -> ReviewCampaign:
    return get_object_or_404(ReviewCampaign, legal_entity=request.account.legal_entity, pk=pk)


@manager
def campaign(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The checklist: what is left first. POST decides on the lines that were ticked."""
    found = _campaign(request, pk)
    if request.method == "POST":
        return _decide(request, found)
    items = found.items.select_related("account", "decided_by").prefetch_related("account__assignments__service")
    page = Paginator(
        items.order_by(F("decided_at").asc(nulls_first=True), "account__family_name", "pk"), PAGE
    ).get_page(request.GET.get("page"))
    left = found.items.filter(decision="").count()
    total = found.items.count()
    context = {"campaign": found, "page": page, "left": left, "total": total, "decided": total - left}
    return render(request, "accounts/review.html", context)


def _decide(request: AuthenticatedRequest, found: ReviewCampaign) -> HttpResponse:
    decision = request.POST.get("decision", "")
    ticked = [pk for pk in request.POST.getlist("item") if pk.isdecimal()]
    items = found.items.select_related("account__legal_entity").filter(pk__in=ticked, decision="")
    if found.closed_at or decision not in review.DECISIONS or not items:
        messages.error(request, "Cochez au moins un compte à décider.")
        return redirect("accounts:review", found.pk)
    who = actor(request.account, request.proof)
    if decision == "deactivated" and any(item.account_id == request.account.pk for item in items):
        messages.error(request, "Vous ne pouvez pas fermer votre propre compte : demandez-le à un collègue.")
        return redirect("accounts:review", found.pk)
    comment = request.POST.get("comment", "")
    done = sum(review.decide(item, decision, comment, request.account, who) for item in items)
    messages.success(request, f"Décision enregistrée pour {done} compte{'s' if done > 1 else ''}.")
    return redirect("accounts:review", found.pk)


@require_POST
@manager
def close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Close, when every account is decided."""
    found = _campaign(request, pk)
    left = review.close(found, actor(request.account, request.proof))
    if left:
        messages.error(
            request, f"La revue ne peut pas être close : il reste {left} compte{'s' if left > 1 else ''} à décider."
        )
    return redirect("accounts:review", pk)


@manager
def export(request: AuthenticatedRequest, pk: int) -> StreamingHttpResponse:
    """Who confirmed what, when, as CSV."""
    items = _campaign(request, pk).items.select_related("account", "decided_by").order_by("account__family_name")
    header = ("compte", "nom", "rpps", "decision", "par", "le", "commentaire")
    rows = (
        (
            item.account.login,
            item.account.display_name,
            item.account.rpps,
            review.DECISIONS.get(item.decision, "à décider"),
            item.decided_by.display_name if item.decided_by else "",
            f"{timezone.localtime(item.decided_at):%d/%m/%Y %H:%M}" if item.decided_at else "",
            item.comment,
        )
        for item in items
    )
    answer = StreamingHttpResponse(spreadsheet.lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="revue.csv"'
    return answer
