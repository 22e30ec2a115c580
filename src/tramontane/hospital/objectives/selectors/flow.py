"""The patients of a month and their choice: counts by service, never a patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients.consent import Choice, Subject, read_state
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.rules.objectives import Flow

KINDS = {
    "tous": ("I", "O", "R", "E"),
    "hospitalisations": ("I",),
    "sans_externes": ("I", "R", "E"),
}
COLLECTED = (Choice.CONSENT.value, Choice.OPPOSITION.value)
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Window:
    """What is read: episodes of [start, until[ as known at `known_at`, choices recorded before `until`. Aware instants."""

    start: datetime
    until: datetime
    known_at: datetime
    reading: dict[str, str]


class Visit(NamedTuple):
    """One episode of the month. `choice`: the one in force, empty when none is collected."""

    patient: int
    service: int
    choice: str
    qualified: bool


def episodes(entity: LegalEntity, window: Window) -> QuerySet[Episode]:
    """The episodes that make the flow, as the parameters read it."""
    kept = Q(cancelled_at=None) | Q(cancelled_at__gt=window.known_at)
    found = Episode.objects.filter(
        kept, patient__legal_entity=entity, kind__in=KINDS[window.reading["types_de_venue"]], starts_at__lt=window.until
    )
    if window.reading["flux_mensuel"] == "presents":
        return found.filter(Q(ends_at=None) | Q(ends_at__gte=window.start))
    return found.filter(starts_at__gte=window.start)


def visits(entity: LegalEntity, window: Window) -> Iterator[Visit]:
    """Every episode with the choice in force, as `patients.consent.read_state` would read it.

    The database gives the last declaration that can be the state of the episode. Only an opposition can have been lifted
    since, by the consent of another episode: the histories of those patients are read whole.
    """
    candidate = Q(episode=OuterRef("pk")) | Q(choice__in=(Choice.OPPOSITION, Choice.WITHDRAWN))
    last = declarations(window).filter(candidate, patient=OuterRef("patient_id")).order_by("-id").values("choice")[:1]
    rows = list(
        episodes(entity, window)
        .annotate(last=Subquery(last))
        .values_list("pk", "patient_id", "service_id", "last", "patient__identity_status")
    )
    opposed = {(patient, pk) for pk, patient, _, choice, _ in rows if choice == Choice.OPPOSITION}
    lifted = _lifted(opposed, window)
    for pk, patient, service, choice, status in rows:
        stands = choice in COLLECTED and pk not in lifted
        yield Visit(patient, service, choice if stands else "", status == Patient.IdentityStatus.QUALIFIEE)


def declarations(window: Window) -> QuerySet[ConsentRecord]:
    """What was said before the end of the window about reading the DMP, for the whole care team."""
    return ConsentRecord.objects.filter(subject=Subject.CONSULTATION, for_account=None, recorded_at__lt=window.until)


def _lifted(opposed: set[tuple[int, int]], window: Window) -> set[int]:
    """Episodes whose opposition no longer stands: only a consent can have lifted it."""
    patients = sorted({patient for patient, _ in opposed})
    histories: dict[int, list[ConsentRecord]] = defaultdict(list)
    for at in range(0, len(patients), _SLICE):
        some = declarations(window).filter(patient__in=patients[at : at + _SLICE])
        consenting = set(some.filter(choice=Choice.CONSENT).values_list("patient", flat=True))
        for record in some.filter(patient__in=consenting).order_by("id"):
            histories[record.patient_id].append(record)
    states = {pk: read_state(histories[patient], pk).consultation for patient, pk in opposed if patient in histories}
    return {pk for pk, record in states.items() if record is None or record.choice != Choice.OPPOSITION}


def flows(found: Iterable[Visit]) -> tuple[tuple[Flow, ...], int, int]:
    """Counts of distinct patients, whole (service 0) then by service; and patients seen, patients whose INS is qualified.

    A patient is collected when one of her episodes of the month is; in a service, when one of her episodes there is.
    """
    counted: dict[int, dict[int, str]] = defaultdict(dict)
    qualified: set[int] = set()
    for visit in found:
        for key in (0, visit.service):
            before = counted[key].get(visit.patient, "")
            counted[key][visit.patient] = max(before, visit.choice)  # an opposition outlasts a consent
        if visit.qualified:
            qualified.add(visit.patient)
    rows = tuple(_flow(service, choices) for service, choices in sorted(counted.items()))
    return rows, len(counted.get(0, ())), len(qualified)


def _flow(service: int, choices: dict[int, str]) -> Flow:
    consent = sum(choice == Choice.CONSENT for choice in choices.values())
    opposition = sum(choice == Choice.OPPOSITION for choice in choices.values())
    return Flow(service, len(choices), consent + opposition, consent, opposition)
