"""The record: status line, list, preview; and the local record. One address, its fragments for htmx."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.consultations.views import record_context
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.filters import (
    ALSO,
    EVERYTHING,
    MONTHS_24,
    ONLY,
    ORDERS,
    Filters,
    author_choices,
    type_choices,
)
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.documents.services.reading import ReadOutcome
from tramontane.hospital.documents.types import type_options
from tramontane.hospital.documents.views import preview
from tramontane.hospital.patients.views.access import patient_or_404

PAGE_SIZE = 50
SHORTCUTS = (("l", "Lire le document choisi"), ("c", "Classer le document lu"))
DMP, LOCAL = "dmp", "dossier"
FRAGMENTS = {"apercu": "documents/_preview.html", "documents": "documents/_list.html"}


@requires(Role.CLINICIAN)
@require_safe
def page(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The page, or the fragment htmx asks for. Makes no call."""
    access = access_of(request, patient_or_404(request, patient_id))
    return show(request, access)


def show(
    request: AuthenticatedRequest, access: Access, *, outcome: ReadOutcome | None = None, status: int = 200
) -> HttpResponse:
    """The record as the query string describes it; `outcome` tells of a reading that gave nothing."""
    context = record_context(request, access) | {
        "tab": _tab(request),
        "outcome": outcome,
        "refused": [card(access.account, access.patient, one) for one in outcome.reasons] if outcome else [],
        "query": request.GET.urlencode(),
        "shortcuts": SHORTCUTS,
    }
    fragment = FRAGMENTS.get(request.htmx.target or "")
    if context["tab"] == LOCAL:
        context |= _local(request, access, fragment)
    else:
        context |= _dmp(request, access, context["record"], outcome)
    return render(request, fragment or "documents/record.html", context, status=200 if request.htmx else status)


def _tab(request: AuthenticatedRequest) -> str:
    return LOCAL if request.GET.get("vue") == LOCAL else DMP


def listable(record: RecordView) -> bool:
    """Whether the list may be shown: readable now, or of the last answer, said to be old."""
    return record.readable or bool(record.failure and record.told and record.told.read)


def _dmp(
    request: AuthenticatedRequest, access: Access, record: RecordView, outcome: ReadOutcome | None
) -> dict[str, Any]:
    local_count = RecordDocument.objects.filter(patient=access.patient).count()
    if not listable(record):
        return {"listable": False, "local_count": local_count, "outcome": outcome}
    at, session_key = clock.now(), request.session.session_key or ""
    found = selectors.dmp_lines(access, record, session_key, at)
    filters = Filters.read(request.GET)
    rows = filters.apply(found.rows, now=at, zone=timezone.get_current_timezone())
    types = type_choices(found.rows)
    shown = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "listable": True,
        "found": found,
        "filters": filters,
        "filtered_out": len(found.rows) - len(rows),
        "chips": filters.chips({choice.value: choice.text for choice in types}),
        "page": shown,
        "fresh": [row for row in rows if row.new],
        "types": types,
        "authors": author_choices(found.rows)[:30],
        "saved": selectors.saved_filters(access.account),
        "local_count": local_count,
        "also": ALSO, "only": ONLY, "orders": ORDERS, "months_24": MONTHS_24, "everything": EVERYTHING,
        "type_options": type_options(),
        **preview.of_dmp(request, access, found.rows),
    }  # fmt: skip


def _local(request: AuthenticatedRequest, access: Access, fragment: str | None) -> dict[str, Any]:
    rows = [] if fragment == FRAGMENTS["apercu"] else selectors.record_documents(access.patient)
    unsent = sum(row.sendable for row in rows)
    return {"rows": rows, "unsent": unsent, "local_count": len(rows), **preview.of_local(request, access)}
