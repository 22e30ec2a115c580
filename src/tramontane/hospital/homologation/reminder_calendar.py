"""Reminders as an iCalendar file (RFC 5545): one whole-day event a deadline, with an alarm on the day of each reminder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone
from icalendar import Alarm, Calendar, Event

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Reminder
from tramontane.rules.homologation import ReminderKind

MORNING = time(9)


def calendar(reminders: Iterable[Reminder]) -> bytes:
    """What is still due.

    Args:
        reminders: every one of an establishment, those dealt with too: they say what a deadline was called before it moved.
    """
    found = Calendar()
    found.add("prodid", "-//Tramontane//Homologation//FR")
    found.add("version", "2.0")
    deadlines: dict[tuple[str, str], list[Reminder]] = defaultdict(list)
    for reminder in sorted(reminders, key=lambda one: one.pk):
        deadlines[reminder.kind, reminder.key].append(reminder)
    for rows in deadlines.values():
        if pending := [one for one in rows if one.closed_at is None]:
            found.add_component(_event(rows, pending))
    return bytes(found.to_ical())


def _event(rows: Sequence[Reminder], pending: Sequence[Reminder]) -> Event:
    """The same UID as long as it is the same thing, a SEQUENCE that grows when its day moves: a file brought again into a
    calendar moves the event instead of adding one (RFC 5545, 3.8.4.7 and 3.8.7.4)."""
    last = pending[-1]
    event = Event()
    event.add("uid", f"{rows[0].uuid}@tramontane")
    event.add("dtstamp", clock.now())
    event.add("sequence", len({one.due_on for one in rows}) - 1)
    event.add("dtstart", last.due_on)
    event.add("dtend", last.due_on + timedelta(days=1))
    event.add("summary", last.title)
    event.add("categories", [ReminderKind(last.kind).label])
    event.add("transp", "TRANSPARENT")
    for reminder in pending:
        if reminder.raised_at is None:
            event.add_component(_alarm(reminder))
    return event


def _alarm(reminder: Reminder) -> Alarm:
    """At nine in Paris. An absolute trigger is in UTC, and says that it is no duration (RFC 5545, 3.8.6.3)."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", reminder.title)
    morning = timezone.make_aware(datetime.combine(reminder.remind_on, MORNING)).astimezone(UTC)
    alarm.add("trigger", morning, parameters={"VALUE": "DATE-TIME"})
    return alarm
