"""What officers do about misuse: examine, suspend, close an alert; watch a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tramontane.dmp.identity import InsAuthority
from tramontane.national.models import (
    ActKind,
    Alert,
    AlertOutcome,
    AlertState,
    PatientRecord,
    SubjectKind,
    WatchedPatient,
    WhiteListEntry,
)
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts, professionals, white_list
from tramontane.national.pages.services.refusals import ActRefused


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Why an alert is closed."""

    outcome: AlertOutcome
    reason: str


@transaction.atomic
def investigate(pk: int, person: Person, at: datetime) -> None:
    """Take an alert. Raises ActRefused when someone has it already."""
    alert = Alert.objects.select_for_update().get(pk=pk)
    if alert.state != AlertState.OPEN:
        raise ActRefused(f"Cette alerte est {alert.get_state_display()} : rechargez la page.")
    alert.state, alert.officer = AlertState.INVESTIGATED, person.name
    alert.save(update_fields=["state", "officer"])
    acts.record(ActKind.ALERT_INVESTIGATED, person, at, alert=alert)


@transaction.atomic
def close(pk: int, conclusion: Conclusion, person: Person, at: datetime) -> None:
    """Close an alert with its reason. Raises ActRefused when it is not under examination."""
    alert = _investigated(pk)
    alert.state, alert.outcome, alert.reason = AlertState.CLOSED, conclusion.outcome, conclusion.reason
    alert.closed_at = at
    alert.save(update_fields=["state", "outcome", "reason", "closed_at"])
    detail = f"{conclusion.outcome.label.capitalize()} : {conclusion.reason}"
    acts.record(ActKind.ALERT_CLOSED, person, at, alert=alert, detail=detail)


@transaction.atomic
def suspend(pk: int, cause: str, person: Person, at: datetime) -> None:
    """Suspend whom the alert names; the alert stays under examination.

    Raises:
        ActRefused: the alert is not under examination, names a patient, or someone the directory does not know.
    """
    alert = _investigated(pk)
    if alert.subject_kind == SubjectKind.PATIENT:
        raise ActRefused("Une alerte sur un patient ne suspend personne : ouvrez la fiche d’un des professionnels.")
    service = professionals if alert.subject_kind == SubjectKind.PROFESSIONAL else white_list
    try:
        service.suspend(alert.subject, cause, person, at, alert)
    except WhiteListEntry.DoesNotExist:
        raise ActRefused("Cette structure n’est pas sur la liste blanche : il n’y a pas d’accès à suspendre.") from None


@transaction.atomic
def watch(ins: str, reason: str, person: Person, at: datetime) -> None:
    """Put a patient under watch. Raises ActRefused when unknown, or under watch already."""
    patient = PatientRecord.objects.filter(ins=ins, ins_oid__in=[one.value for one in InsAuthority]).first()
    if patient is None:
        raise ActRefused("Aucun patient ne porte ce matricule INS.")
    if not WatchedPatient.objects.get_or_create(patient=patient, defaults={"reason": reason, "added_at": at})[1]:
        raise ActRefused("Ce patient est déjà sous surveillance.")
    acts.record(ActKind.PATIENT_WATCHED, person, at, detail=reason)


@transaction.atomic
def unwatch(pk: int, person: Person, at: datetime) -> None:
    """End a watch. Raises ActRefused when it has ended."""
    if not WatchedPatient.objects.filter(pk=pk).delete()[0]:
        raise ActRefused("Cette surveillance est déjà levée.")
    acts.record(ActKind.PATIENT_UNWATCHED, person, at, detail=f"surveillance n° {pk}")


def _investigated(pk: int) -> Alert:
    alert = Alert.objects.select_for_update().get(pk=pk)
    if alert.state != AlertState.INVESTIGATED:
        raise ActRefused(f"Cette alerte est {alert.get_state_display()} : commencez son examen avant d’agir.")
    return alert
