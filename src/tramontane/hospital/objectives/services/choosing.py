"""Readings, own dates and sharing: what an establishment decides about its objectives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import OwnDate, ReadingChoice, Sharing
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.objectives import UnknownReading, reading


def choose(entity: LegalEntity, parameter: str, value: str, *, actor: Actor) -> ReadingChoice:
    """Read a parameter otherwise, for the months not closed yet. The choice in force, made again, is that one.

    Raises:
        ObjectivesError: a parameter or a value outside the table.
    """
    try:
        reading({parameter: value})
    except UnknownReading as error:
        raise ObjectivesError(str(error)) from error
    with transaction.atomic():
        LegalEntity.objects.select_for_update().only("pk").get(pk=entity.pk)
        last = ReadingChoice.objects.filter(legal_entity=entity, parameter=parameter).order_by("-pk").first()
        if last is not None and last.value == value:
            return last
        record(Event("objectifs.parametre", actor, detail={"parameter": parameter, "value": value}))
        return ReadingChoice.objects.create(
            legal_entity=entity, parameter=parameter, value=value, chosen_at=clock.now(), chosen_by_id=actor.account_id
        )


def add_date(entity: LegalEntity, day: date, title: str, *, actor: Actor) -> OwnDate:
    """A date of the establishment's own. The same words on the same day are one date."""
    with transaction.atomic():
        LegalEntity.objects.select_for_update().only("pk").get(pk=entity.pk)
        known = OwnDate.objects.filter(legal_entity=entity, day=day, title=title[:160]).first()
        if known is not None:
            return known
        record(Event("objectifs.date", actor, detail={"move": "ajoutée", "day": day.isoformat()}))
        return OwnDate.objects.create(
            legal_entity=entity, day=day, title=title[:160], created_at=clock.now(), created_by_id=actor.account_id
        )


def remove_date(row: OwnDate, *, actor: Actor) -> None:
    """Take it out of the calendar."""
    with transaction.atomic():
        record(Event("objectifs.date", actor, detail={"move": "retirée", "day": row.day.isoformat()}))
        row.delete()


def share(
    owner: LegalEntity, finess_juridique: str, *, roles: Sequence[str], live: bool = False, actor: Actor
) -> Sharing:
    """Let some roles of another establishment read the closed figures of this one, and those « so far » when `live`.

    Raises:
        ObjectivesError: no such establishment here, itself, or already done.
    """
    reader = LegalEntity.objects.filter(finess_juridique=finess_juridique.strip()).exclude(pk=owner.pk).first()
    if reader is None:
        raise ObjectivesError("Aucun autre établissement de ce FINESS juridique dans cette installation.")
    detail = {"move": "ouvert", "reader": reader.finess_juridique, "roles": list(roles), "live": live}
    try:
        with transaction.atomic():
            record(Event("objectifs.partage", actor, detail=detail))
            return Sharing.objects.create(
                owner=owner, reader=reader, roles=list(roles), live=live, granted_at=clock.now(),
                granted_by_id=actor.account_id,
            )  # fmt: skip
    except IntegrityError as error:
        raise ObjectivesError("Cet établissement lit déjà vos chiffres : retirez d’abord ce partage.") from error


def withdraw(sharing: Sharing, *, actor: Actor) -> None:
    """Stop showing the figures."""
    with transaction.atomic():
        record(Event("objectifs.partage", actor, detail={"move": "retiré", "reader": sharing.reader.finess_juridique}))
        Sharing.objects.filter(pk=sharing.pk, withdrawn_at=None).update(withdrawn_at=clock.now())
