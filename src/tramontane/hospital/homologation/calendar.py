"""The convocation as an iCalendar file (RFC 5545): one event, the same UID each time it changes."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Sitting
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of

AGENDA = (
    "Présentation du support documentaire",
    "Partage des risques résiduels et du plan de réduction des risques",
    "Rédaction du procès-verbal",
)


def invitation(sitting: Sitting) -> bytes:
    """The event of a sitting, with its agenda and its members."""
    judgements = sitting.judgements.filter(cancelled_at=None).select_related("dossier", "dossier__edition")
    names = [referentiel_of(one.dossier.edition).sigle for one in judgements.order_by("pk")]
    event = Event()
    event.add("uid", f"{sitting.uuid}@tramontane")
    event.add("dtstamp", clock.now())
    event.add("dtstart", sitting.starts_at)
    event.add("dtend", sitting.starts_at + timedelta(minutes=sitting.minutes))
    event.add("sequence", sitting.sequence)
    event.add("summary", f"Commission d’auto-homologation : {', '.join(names)}")
    event.add("description", "Ordre du jour :\n" + "\n".join(f"{n}. {item}" for n, item in enumerate(AGENDA, start=1)))
    if sitting.place:
        event.add("location", vText(sitting.place))
    for member in sitting.members.exclude(email=""):
        attendee = vCalAddress(f"MAILTO:{member.email}")
        attendee.params["CN"] = vText(member.name)
        event.add("attendee", attendee, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Tramontane//Homologation//FR")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
