"""What comes due in an establishment, and the reminders already raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.consultations.connection import report
from tramontane.hospital.consultations.selectors import connection_of
from tramontane.hospital.homologation.models import Deployment, Dossier, Homologation, Reminder
from tramontane.hospital.homologation.selectors import contracts, homologations
from tramontane.hospital.homologation.selectors.dossiers import dossiers, referentiel_of
from tramontane.hospital.homologation.selectors.facts import evidence_of
from tramontane.rules.homologation import (
    UNDER_WAY,
    ActionState,
    Deadline,
    DossierState,
    Fingerprint,
    HomologationState,
    ReminderKind,
    TriggerKind,
    triggers,
)

Kind = ReminderKind


def raised(entity: LegalEntity) -> QuerySet[Reminder]:
    """Those whose day came and that nobody dealt with, the most pressing first."""
    rows = Reminder.objects.filter(legal_entity=entity, raised_at__isnull=False, closed_at=None)
    return rows.order_by("due_on", "pk")


def coming(entity: LegalEntity) -> QuerySet[Reminder]:
    """Those whose day is to come."""
    return Reminder.objects.filter(legal_entity=entity, raised_at=None, closed_at=None)


def deadlines(entity: LegalEntity, now: datetime, today: date) -> Iterator[Deadline]:
    """Everything due in an establishment, today's triggers included."""
    yield from _homologations(entity, today)
    yield from _contracts(entity)
    yield from _certificates(entity, now)
    yield from _deployments(entity)
    yield from _dossiers(entity)


def _newest(entity: LegalEntity) -> list[Homologation]:
    """The last homologation signed of each référentiel: one that expired before the next was signed is past."""
    return list({row.referentiel: row for row in reversed(homologations.signed(entity))}.values())


def _homologations(entity: LegalEntity, today: date) -> Iterator[Deadline]:
    """The term of each one, said until another is signed; and the triggers the application detects, the day it does."""
    for row in _newest(entity):
        term = homologations.term(row)
        state = term.state(today)
        if state.in_force or state is HomologationState.EXPIRED:
            name = referentiel_of(row.dossier.edition).sigle
            yield Deadline(Kind.HOMOLOGATION, f"{row.pk}", f"L’homologation ({name}) expire", term.expires_on)
        if state.in_force:
            yield from _triggers(row, today)


def _triggers(row: Homologation, today: date) -> Iterator[Deadline]:
    """Each kind of change by itself: another change of the same kind, later, is another trigger."""
    current, signed = homologations.fingerprint(row.dossier), Fingerprint(**row.fingerprint)
    for field in fields(Fingerprint):
        before, now = getattr(signed, field.name), getattr(current, field.name)
        only = Fingerprint(**{field.name: before}), Fingerprint(**{field.name: now})
        for one in triggers(homologations.term(row), *only, today):
            if one.kind is not TriggerKind.TERM:
                yield Deadline(Kind.TRIGGER, f"{row.pk} {field.name} {now[:16]}", one.sentence, today)


def _contracts(entity: LegalEntity) -> Iterator[Deadline]:
    """Each signed one, until another is signed for its sites: preparing the next stops no reminder."""
    for row in contracts.signed(entity):
        if row.expires_on is not None:
            yield Deadline(Kind.CONTRACT, f"{row.pk}", "Le contrat AIR arrive à son terme", row.expires_on)


def _certificates(entity: LegalEntity, now: datetime) -> Iterator[Deadline]:
    for line in report(connection_of(entity.pk), now).lines:
        last = timezone.localdate(line.not_after)
        yield Deadline(Kind.CERTIFICATE, line.role, f"Un certificat expire : {line.role}", last)


def _deployments(entity: LegalEntity) -> Iterator[Deadline]:
    rows = Deployment.objects.filter(
        system__legal_entity=entity,
        system__retired_on=None,
        service__active=True,
        planned_on__isnull=False,
        production_on=None,
    ).select_related("system", "service")
    for row in rows:
        if row.planned_on is not None:
            title = f"Mise en production prévue : {row.system.name}, {row.service.name}"
            yield Deadline(Kind.DEPLOYMENT, f"{row.pk}", title, row.planned_on)


def _dossiers(entity: LegalEntity) -> Iterator[Deadline]:
    """Of the dossiers under way and of those homologated. A renewal takes over the réserves still open: they are said once,
    by the dossier that was signed with them."""
    held = {row.dossier_id for row in _newest(entity)}
    said: set[tuple[Kind, str, date]] = set()
    for dossier in reversed(dossiers(entity)):
        state = DossierState(dossier.state)
        if state in UNDER_WAY or (state is DossierState.HOMOLOGATED and dossier.pk in held):
            found = [one for one in _of_dossier(dossier) if (one.kind, one.title, one.due_on) not in said]
            yield from found
            said |= {(one.kind, one.title, one.due_on) for one in found}


def _of_dossier(dossier: Dossier) -> Iterator[Deadline]:
    for reserve in dossier.reserves.filter(lifted_on=None).prefetch_related("actions"):
        yield Deadline(Kind.RESERVE, f"{reserve.pk}", f"Réserve à lever : {reserve.text}", reserve.due)
        for action in reserve.actions.all():
            if not ActionState(action.state).closed:
                yield Deadline(Kind.ACTION, f"{action.pk}", f"Action : {action.title} ({action.owner})", action.due)
    proofs = {row.evidence_id: row for rows in evidence_of(dossier).values() for row in rows}
    for proof in proofs.values():
        if proof.ends is not None:
            yield Deadline(
                Kind.EVIDENCE, f"{proof.evidence_id}", f"Preuve à renouveler : {proof.evidence.title}", proof.ends
            )
