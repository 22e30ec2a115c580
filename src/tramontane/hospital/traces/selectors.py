"""Reading traces: for the audit screens, for an extraction, for the patient."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from tramontane.hospital import spelling
from tramontane.hospital.traces.events import EVENTS, SECRECY
from tramontane.hospital.traces.models import Trace

PARIS = ZoneInfo("Europe/Paris")
# A day typed at either end of the calendar has no midnight in UTC, or no day after: it bounds nothing.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 30)
REFUSALS = ("connexion.refusee", "acces.refuse", "hl7.refuse")
# What a transaction does, for a patient who reads the list: our words.
IN_WORDS = {
    "TD0.2": "État du DMP et autorisation",
    "TD0.3": "Autorisation du professionnel",
    "TD2.1": "Envoi d’un document",
    "TD3.1": "Recherche de documents",
    "TD3.2": "Lecture de documents",
}
# What a patient asks about: who opened, read, filed or sent something of theirs.
PATIENT_EVENTS = (
    "dossier.ouvert",
    "acces.refuse",
    "dmp.demande",
    "dmp.reponse",
    "bris_de_glace.ouvert",
    "bris_de_glace.termine",
    "regulation.ouverte",
    "regulation.terminee",
    "connexion_secrete.ouverte",
    "connexion_secrete.quittee",
    "web_ps.ouvert",
    "document.lu",
    "document.classe",
    "document.envoi",
    "consentement.enregistre",
)


@dataclass(frozen=True, slots=True)
class TraceSearch:
    """What is looked for. Dates are days in Paris, both included; empty fields do not filter."""

    finess_juridique: str
    professional: str = ""
    patient: str = ""
    since: date | None = None
    until: date | None = None
    event: str = ""
    refused: bool = False


def search(asked: TraceSearch) -> QuerySet[Trace]:
    """The traces of one legal entity, the newest first."""
    found = period(Trace.objects.filter(finess_juridique=asked.finess_juridique), asked.since, asked.until)
    for word in spelling.words(asked.professional):
        found = found.filter(Q(rpps=word) | Q(account_name__iregex=spelling.spelled(word)))
    if asked.patient:
        number = "".join(asked.patient.split()).upper()
        found = found.filter(
            Q(ins=number) | (Q(patient_id=int(number)) if number.isdecimal() and len(number) < 15 else Q(pk__in=[]))
        )
    if asked.event in EVENTS:
        found = found.filter(event=asked.event)
    if asked.refused:
        found = found.filter(Q(event__in=REFUSALS) | Q(outcome__istartswith="refus"))
    return found.order_by("-id")


def extraction(finess_juridique: str, rpps: list[str], since: date, until: date) -> QuerySet[Trace]:
    """Every trace of some professionals over a period, in order (EX_AIR-120)."""
    found = Trace.objects.filter(finess_juridique=finess_juridique, rpps__in=rpps)
    return period(found, since, until).order_by("id")


def of_patient(finess_juridique: str, ins: str, *, secret: bool = False) -> QuerySet[Trace]:
    """The patient's own list: accesses to their record, the newest first.

    Args:
        secret: with what a minor keeps from the legal representatives; else nothing tells that it exists.
    """
    number = "".join(ins.split()).upper()
    found = Trace.objects.filter(finess_juridique=finess_juridique, ins=number, event__in=PATIENT_EVENTS)
    shown = found if secret else found.exclude(detail__has_key=SECRECY)
    return shown.exclude(ins="").order_by("-id")


def period(found: QuerySet[Trace], since: date | None, until: date | None) -> QuerySet[Trace]:
    """Whole days in Paris, both included."""
    if since:
        found = found.filter(recorded_at__gte=_midnight(since))
    if until and until < LAST_DAY:
        found = found.filter(recorded_at__lt=_midnight(until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(max(day, FIRST_DAY), time.min, PARIS)


def sentence(trace: Trace) -> str:
    """The trace in French; a field it does not have is a dash."""
    values: defaultdict[str, str] = defaultdict(lambda: "—")
    values.update({name: str(value) for name, value in trace.detail.items()})
    values.update({name: text for name in ("transaction", "outcome") if (text := getattr(trace, name))})
    said = EVENTS.get(trace.event, trace.event).format_map(values)
    kept = SECRECY in trace.detail and not trace.event.startswith(SECRECY)
    return f"{said}, en connexion secrète" if kept else said


def for_patient(trace: Trace) -> str:
    """The same, without the codes of the trade."""
    return sentence(trace).replace(trace.transaction or "\0", IN_WORDS.get(trace.transaction, trace.transaction), 1)
