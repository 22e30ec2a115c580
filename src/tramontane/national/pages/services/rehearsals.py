"""What an operator does for a rehearsal: play a day of traffic, play a patient."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import ActKind, PatientRecord, PlayedDay
from tramontane.national.monitoring import playing
from tramontane.national.monitoring.opening import Swept, sweep
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


def play_day(person: Person, at: datetime) -> Swept:
    """Write the last working day's traffic, then look at it with every rule; what the rules found.

    Raises:
        ActRefused: that day was played already, or the directory is too small.
    """
    played = _written(person, at)
    return sweep(played.day, at)


@transaction.atomic
def _written(person: Person, at: datetime) -> PlayedDay:
    day = playing.last_working_day(at.astimezone(FRANCE).date())
    values = {"played_at": at, "played_by": person.name[:201], "traces": 0}
    row, new = PlayedDay.objects.get_or_create(day=day, defaults=values)
    if not new:
        raise ActRefused(f"La journée du {day:%d/%m/%Y} est déjà jouée.")
    try:
        row.traces, planted = playing.play(day)
    except playing.TooFewPeople as error:
        raise ActRefused(str(error)) from error
    row.planted = [[one.rule, one.subject] for one in planted]
    row.save(update_fields=["traces", "planted"])
    acts.record(
        ActKind.DAY_PLAYED, person, at, detail=f"{day:%d/%m/%Y} : {row.traces} traces, {len(planted)} mésusages plantés"
    )
    return row


@transaction.atomic
def play_patient(patient: PatientRecord, person: Person, at: datetime) -> None:
    """Remember that an operator opened this patient's Mon espace santé."""
    acts.record(ActKind.PATIENT_PLAYED, person, at, detail=str(patient))
