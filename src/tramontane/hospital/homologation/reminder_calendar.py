"""Reminders as an iCalendar file (RFC 5545): one whole-day event a deadline, with an alarm on the day of each reminder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.utils import timezone
from icalendar import Alarm, Calendar, Event

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Reminder
from tramontane.rules.homologation import ReminderKind

MORNING = time(9)


def calendar(reminders: Iterable[Reminder]) -> bytes:
    """Every reminder that is not closed."""
    found = Calendar()
    found.add("prodid", "-//Tramontane//Homologation//FR")
    found.add("version", "2.0")
    for reminder in reminders:
        found.add_component(_event(reminder))
    return bytes(found.to_ical())


def _event(reminder: Reminder) -> Event:
    event = Event()
    event.add("uid", f"{reminder.uuid}@tramontane")
    event.add("dtstamp", clock.now())
    event.add("dtstart", reminder.due_on)
    event.add("dtend", reminder.due_on + timedelta(days=1))
    event.add("summary", reminder.title)
    event.add("categories", [ReminderKind(reminder.kind).label])
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", reminder.title)
    alarm.add("trigger", timezone.make_aware(datetime.combine(reminder.remind_on, MORNING)))
    event.add_component(alarm)
    return event
