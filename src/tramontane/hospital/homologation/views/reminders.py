"""Reminders: those whose day came, those to come, and all of them for a calendar."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions, reminder_calendar
from tramontane.hospital.homologation.models import Reminder
from tramontane.hospital.homologation.selectors import reminders as reading
from tramontane.hospital.homologation.services import reminding
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.views.desk import succeeded
from tramontane.hospital.homologation.views.establishment import page
from tramontane.rules.homologation import ReminderKind

# Those to come are shown up to here; the calendar has them all.
SHOWN = 100


@requires(*permissions.READERS)
@require_GET
def reminders(request: AuthenticatedRequest) -> HttpResponse:
    """The most pressing first."""
    entity, day = request.account.legal_entity, today()
    coming = reading.coming(entity)
    context = {
        "coming_count": coming.count(),
        "due": [(row, ReminderKind(row.kind).label, row.due_on < day) for row in reading.raised(entity)],
        "coming": [(row, ReminderKind(row.kind).label) for row in coming[:SHOWN]],
    }
    return page(request, "reminders", context)


@requires(*permissions.EDITORS)
@require_POST
def close(request: AuthenticatedRequest, reminder: int) -> HttpResponse:
    """Somebody deals with it."""
    row = Reminder.objects.filter(legal_entity=request.account.legal_entity, pk=reminder).first()
    if row is None:
        raise Http404("Ce rappel n’existe pas.")
    who = actor(request.account, request.proof)
    succeeded(request, lambda: reminding.close(row, actor=who), "Rappel traité.")
    return redirect("homologation:reminders")


@requires(*permissions.READERS)
@require_GET
def calendar(request: AuthenticatedRequest) -> HttpResponse:
    """What is still due, as an iCalendar file."""
    rows = Reminder.objects.filter(legal_entity=request.account.legal_entity)
    answer = HttpResponse(reminder_calendar.calendar(rows), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rappels-homologation.ics"'
    return answer
