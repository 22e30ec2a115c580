"""Put the whole hospital into the application's database: all of it or nothing, once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_seeding import (
    activity,
    establishment,
    homologation,
    patients,
    people,
    record_system,
    records,
    registers,
)
from tramontane.demo.hospital_seeding.establishment import Endpoint
from tramontane.demo.hospital_seeding.personas import personas
from tramontane.dmp.errors import LocalError
from tramontane.hospital.accounts.models import LegalEntity


def seed_hospital(hospital: SyntheticHospital, endpoint: Endpoint, *, at: datetime) -> bool:
    """Fill an empty database; on one that already holds this hospital, only say where the stand-in is now.

    The rows are those a take-over from an earlier record system would bring: they carry no trace of their own, but for
    the dossier of homologation, written as its team would, and half a year of logins and consultations on which the
    objectives are closed. What people do afterwards is traced.

    Args:
        at: the instant the hospital is told at, aware; `hospital.today` is its day in Paris.

    Returns:
        Whether rows were written.

    Raises:
        LocalError: an installation in production, or one that holds another establishment.
    """
    refuse_others(hospital)
    with transaction.atomic():
        entity = LegalEntity.objects.filter(finess_juridique=hospital.legal_entity.finess.value).first()
        created = entity is None
        if entity is None:
            entity = establishment.create(at)
            accounts = people.create(entity, personas(hospital), at)
            establishment.publish_matrix(entity, accounts["dubois"])
            ward = patients.create(entity, hospital.patients, accounts, at)
            records.create(records.Writing(hospital, ward, accounts, at))
            record_system.create(entity, hospital.seed, at)
            homologation.create(entity, accounts, at)
            activity.create(entity, accounts, hospital, at)
        establishment.connect(entity, endpoint, at)
        if created:
            registers.create(entity, accounts, at)
    return created


def refuse_others(hospital: SyntheticHospital) -> None:
    """Raises LocalError unless this installation is one where fictitious people may live."""
    own = hospital.legal_entity.finess.value
    if settings.ENVIRONMENT.production:
        raise _refused("une installation de production", "une installation de démonstration (TRAMONTANE_ENV)")
    if LegalEntity.objects.exclude(finess_juridique=own).exists():
        raise _refused("une base qui contient un autre établissement", "une base vide, ou celle de la démonstration")


def _refused(received: str, expected: str) -> LocalError:
    return LocalError(
        "L'hôpital fictif ne se mélange pas à un établissement réel.",
        code="semis-interdit",
        expected=expected,
        received=received,
        next_step="choisissez un autre répertoire de données",
    )
