"""The calendar, its file, and the establishment's own dates."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions
from tramontane.hospital.objectives.forms import DateForm
from tramontane.hospital.objectives.selectors import calendar
from tramontane.hospital.objectives.services import choosing
from tramontane.hospital.objectives.views.desk import page, succeeded


@requires(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def calendar_page(request: AuthenticatedRequest) -> HttpResponse:
    """What is ahead, then what is past; adding a date."""
    entity = request.account.legal_entity
    posting = request.method == "POST" and permissions.edits(request.account)
    form = DateForm(request.POST if posting else None)
    if posting and form.is_valid():
        said, who = form.cleaned_data, actor(request.account, request.proof)
        succeeded(request, lambda: choosing.add_date(entity, said["day"], said["title"], actor=who), "Date ajoutée.")
        return redirect("objectives:calendar")
    today = timezone.localdate(clock.now())
    found = calendar.entries(entity)
    context = {
        "ahead": [(entry, (entry.day - today).days) for entry in found if entry.day >= today],
        "past": [entry for entry in reversed(found) if entry.day < today],
        "form": form,
    }
    return page(request, "calendar", context, status=422 if form.errors else 200)


@requires(*permissions.READERS)
@require_GET
def calendar_file(request: AuthenticatedRequest) -> HttpResponse:
    """The `.ics`."""
    headers = {"Content-Disposition": 'attachment; filename="objectifs-hospiconnect.ics"'}
    return HttpResponse(
        calendar.ics(request.account.legal_entity, clock.now()), "text/calendar; charset=utf-8", headers=headers
    )


@requires(*permissions.EDITORS)
@require_POST
def remove(request: AuthenticatedRequest, token: UUID) -> HttpResponse:
    """Take one of the establishment's own dates away."""
    row = calendar.own_date(request.account.legal_entity, token)
    if row is None:
        raise Http404("Cette date n’existe pas.")
    who = actor(request.account, request.proof)
    succeeded(request, lambda: choosing.remove_date(row, actor=who), "Date retirée.")
    return redirect("objectives:calendar")
