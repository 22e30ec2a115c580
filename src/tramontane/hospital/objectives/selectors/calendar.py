"""The webinar's dates and the establishment's own, in one list and in one iCalendar file (RFC 5545)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import OwnDate
from tramontane.hospital.objectives.selectors.statements import statements
from tramontane.rules.homologation import add_months
from tramontane.rules.objectives import definitions


@dataclass(frozen=True, slots=True)
class Entry:
    """One date. `own`: the establishment's, None for the webinar's or a computed one."""

    day: date
    title: str
    note: str
    uid: str
    own: OwnDate | None = None


def entries(entity: LegalEntity) -> list[Entry]:
    """Every date, in order."""
    source = definitions().source
    webinar = [
        Entry(one.jour, one.titre, one.note or f"Webinaire du {source.date:%d/%m/%Y}", f"webinaire-{rank}")
        for rank, one in enumerate(definitions().calendrier)
    ]
    own = [
        Entry(row.day, row.title, "Date de l’établissement", str(row.uuid), row)
        for row in OwnDate.objects.filter(legal_entity=entity)
    ]
    return sorted([*webinar, *own, *_next_statement(entity)], key=lambda entry: (entry.day, entry.title))


def _next_statement(entity: LegalEntity) -> list[Entry]:
    last = statements(entity).first()
    if last is None:
        return []
    day = add_months(last.month, 2)
    return [Entry(day, f"Relevé de {add_months(last.month, 1):%m/%Y}", "Clos par la tâche périodique", f"releve-{day}")]


def ics(entity: LegalEntity, at: datetime) -> bytes:
    """All of them as whole-day events; the same UID each time."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tramontane//Objectifs HospiConnect//FR")
    calendar.add("version", "2.0")
    for entry in entries(entity):
        event = Event()
        event.add("uid", f"{entry.uid}@{entity.finess_juridique}.tramontane")
        event.add("dtstamp", at)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("description", entry.note)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def own_date(entity: LegalEntity, uuid: UUID) -> OwnDate | None:
    """One of the establishment's own dates."""
    return OwnDate.objects.filter(legal_entity=entity, uuid=uuid).first()
