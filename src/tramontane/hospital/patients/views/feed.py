"""The identity feed as the desk sees it: what failed first, why, and how to replay it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients.hl7 import apply, feed
from tramontane.hospital.patients.models import Hl7Message

PAGE_SIZE = 50
STATES = dict(Hl7Message.State.choices)


@requires(Role.ADMISSIONS, Role.RSSI)
def listing(request: AuthenticatedRequest) -> HttpResponse:
    """Messages by state, those in error first."""
    rows = Hl7Message.objects.filter(legal_entity=request.account.legal_entity)
    counts = dict(rows.values_list("state").annotate(Count("id")))
    state = request.GET.get("etat", "refused" if counts.get("refused") else "")
    shown = rows.filter(state=state) if state in STATES else rows
    page = Paginator(shown.order_by("-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [("", "Tous", sum(counts.values())), *((key, label, counts.get(key, 0)) for key, label in STATES.items())]
    lines = [(row, apply.describe(row.event)) for row in page]
    context = {"page": page, "lines": lines, "tabs": tabs, "state": state, "refused": counts.get("refused", 0)}
    return render(request, "patients/feed.html", context)


@requires(Role.ADMISSIONS, Role.RSSI)
def message(request: AuthenticatedRequest, message_id: int) -> HttpResponse:
    """One message as it was received."""
    row = get_object_or_404(Hl7Message, pk=message_id, legal_entity=request.account.legal_entity)
    lines = row.body.replace("\r\n", "\r").replace("\n", "\r").split("\r")
    context = {"row": row, "label": apply.describe(row.event), "lines": [line for line in lines if line]}
    return render(request, "patients/feed_message.html", context)


@require_POST
@requires(Role.ADMISSIONS, Role.RSSI)
def replay(request: AuthenticatedRequest, message_id: int) -> HttpResponse:
    """Apply a refused message again."""
    rows = Hl7Message.objects.select_related("legal_entity")
    row = get_object_or_404(rows, pk=message_id, legal_entity=request.account.legal_entity)
    try:
        row = feed.replay(row, actor=actor(request.account, request.proof))
    except apply.EventRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("patients:feed-message", row.pk)
    if row.state == Hl7Message.State.APPLIED:
        messages.success(request, "Message appliqué.")
    else:
        messages.error(request, f"Toujours en erreur : {row.reason}")
    return redirect("patients:feed-message", row.pk)
