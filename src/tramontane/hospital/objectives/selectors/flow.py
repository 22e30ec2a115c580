"""The patients of a month and their choice: counts by service, never a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients.consent import Choice, Subject
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.rules.objectives import Flow

KINDS = {
    "tous": ("I", "O", "R", "E"),
    "hospitalisations": ("I",),
    "sans_externes": ("I", "R", "E"),
}
REFUSALS = (Choice.OPPOSITION, Choice.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Window:
    """What is read: episodes of [start, until[ as known at `known_at`, choices recorded before `until`. Aware instants."""

    start: datetime
    until: datetime
    known_at: datetime
    reading: dict[str, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """Distinct patients: whole (service 0) then by service; those seen, and those of them whose INS is qualified."""

    flows: tuple[Flow, ...]
    patients: int
    qualified: int


def episodes(entity: LegalEntity, window: Window) -> QuerySet[Episode]:
    """The episodes that make the flow, as the parameters read it."""
    kept = Q(cancelled_at=None) | Q(cancelled_at__gt=window.known_at)
    found = Episode.objects.filter(
        kept, patient__legal_entity=entity, kind__in=KINDS[window.reading["types_de_venue"]], starts_at__lt=window.until
    )
    if window.reading["flux_mensuel"] == "presents":
        return found.filter(Q(ends_at=None) | Q(ends_at__gte=window.start))
    return found.filter(starts_at__gte=window.start)


def declarations(window: Window) -> QuerySet[ConsentRecord]:
    """What was said before the end of the window about reading the DMP, for the whole care team."""
    return ConsentRecord.objects.filter(subject=Subject.CONSULTATION, for_account=None, recorded_at__lt=window.until)


# The rule of `patients.consent.read_state`, for every patient at once. A visit's own consent stands unless the patient
# refused (opposition, withdrawal) anywhere since; an opposition stands for every visit until any consent lifts it.
# `refusal` carries rank and kind in one number, so that one pass keeps the last.
_COUNT = """
WITH seen AS (
    SELECT visit.patient_id, visit.service_id, visit.patient__identity_status AS status, max(own.id) AS consent,
        max(refused.id * 2 + CASE refused.choice WHEN 'opposition' THEN 1 ELSE 0 END) AS refusal
    FROM ({visits}) AS visit
    LEFT JOIN ({consents}) AS own ON own.episode_id = visit.id
    LEFT JOIN ({refusals}) AS refused ON refused.patient_id = visit.patient_id
    GROUP BY visit.patient_id, visit.service_id, visit.patient__identity_status
), standing AS (
    SELECT patient_id, service_id, status,
        CASE WHEN consent > coalesce(refusal / 2, 0) THEN 1
            WHEN refusal %% 2 = 1 AND NOT EXISTS (
                SELECT 1 FROM ({consents}) AS later WHERE later.patient_id = seen.patient_id AND later.id > refusal / 2
            ) THEN 2 ELSE 0 END AS choice
    FROM seen
), patient AS (
    SELECT status, max(choice) AS choice FROM standing GROUP BY patient_id, status
)
SELECT 0, count(*), sum(CASE choice WHEN 1 THEN 1 ELSE 0 END), sum(CASE choice WHEN 2 THEN 1 ELSE 0 END),
    sum(CASE status WHEN '{qualified}' THEN 1 ELSE 0 END) FROM patient HAVING count(*) > 0
UNION ALL
SELECT service_id, count(*), sum(CASE choice WHEN 1 THEN 1 ELSE 0 END), sum(CASE choice WHEN 2 THEN 1 ELSE 0 END), 0
FROM standing GROUP BY service_id ORDER BY 1
"""


def count(entity: LegalEntity, window: Window) -> Counted:
    """The flow, counted by the database: a row by service comes back.

    A patient is collected when one of her episodes of the month is; in a service, when one of her episodes there is.
    """
    said = declarations(window).values("id", "patient_id", "episode_id", "choice")
    visits, visits_with = _sql(
        episodes(entity, window).values("id", "patient_id", "service_id", "patient__identity_status")
    )
    consents, consents_with = _sql(said.filter(choice=Choice.CONSENT))
    refusals, refusals_with = _sql(said.filter(choice__in=REFUSALS))
    query = _COUNT.format(
        visits=visits, consents=consents, refusals=refusals, qualified=Patient.IdentityStatus.QUALIFIEE.value
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*visits_with, *consents_with, *refusals_with, *consents_with])
        rows = cursor.fetchall()
    flows = tuple(Flow(service, patients, yes + no, yes, no) for service, patients, yes, no, _ in rows)
    return Counted(flows, rows[0][1], rows[0][4]) if rows else Counted((), 0, 0)


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """What the ORM would run: the definitions above stay the only ones."""
    return rows.query.get_compiler(connection=connection).as_sql()
