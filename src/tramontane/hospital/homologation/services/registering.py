"""The register of record systems: inscribing one, a version of it, its deployment; showing a number kept secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity, Service
from tramontane.hospital.homologation.models import Deployment, RegisteredSystem, SystemVersion
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version as the vendor's papers say it; `cnda_number` is secret (EX_GEN-1490)."""

    version: str
    in_service_on: date
    cnda_number: str = ""
    cnda_on: date | None = None
    segur: str = SystemVersion.Segur.UNKNOWN.value
    segur_on: date | None = None
    note: str = ""


@transaction.atomic
def register(entity: LegalEntity, name: str, vendor: str, *, actor: Actor) -> RegisteredSystem:
    """Inscribe a system.

    Raises:
        RefusedError: the name is taken.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    taken = RegisteredSystem.objects.filter(legal_entity=entity, name__iexact=name.strip()).exists()
    refuse("name", f"« {name.strip()} » est déjà au registre." if taken else "")
    row = RegisteredSystem.objects.create(
        legal_entity=entity,
        name=name.strip(),
        vendor=vendor.strip(),
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    _trace("logiciel inscrit", actor, system=row.name, vendor=row.vendor)
    return row


@transaction.atomic
def add_version(system: RegisteredSystem, facts: VersionFacts, *, actor: Actor) -> SystemVersion:
    """Record a version, or correct one by another row; the homologations signed before it are due again.

    Raises:
        RefusedError: a number without its date, or the reverse; the system is retired.
    """
    refuse("version", "Ce logiciel est retiré du registre." if system.retired_on else "")
    alone = bool(facts.cnda_number) != (facts.cnda_on is not None)
    refuse("cnda_on", "Le numéro d’homologation et sa date vont ensemble." if alone else "")
    values = {name: getattr(facts, name) for name in VersionFacts.__dataclass_fields__}
    row = SystemVersion.objects.create(system=system, **values, created_at=clock.now(), created_by_id=actor.account_id)
    known = "numéro CNDA relevé" if row.cnda_number else "numéro CNDA non relevé"
    _trace("version mise en service", actor, system=system.name, version=row.version, cnda=known)
    return row


@transaction.atomic
def deploy(
    system: RegisteredSystem, service: Service, planned_on: date | None, production_on: date | None, *, actor: Actor
) -> Deployment:
    """Say when a system is, or is to be, in production in a service.

    Raises:
        RefusedError: in production in the future.
    """
    late = production_on is not None and production_on > today()
    refuse("production_on", "Une mise en production à venir se dit « prévue »." if late else "")
    values = {"planned_on": planned_on, "production_on": production_on, "updated_at": clock.now()}
    row, _ = Deployment.objects.update_or_create(
        system=system, service=service, defaults=values | {"updated_by_id": actor.account_id}
    )
    days = {"planned_on": str(planned_on or ""), "production_on": str(production_on or "")}
    _trace("déploiement modifié", actor, system=system.name, service=service.code, **days)
    return row


@transaction.atomic
def retire(system: RegisteredSystem, on: date, *, actor: Actor) -> None:
    """The system is no longer used."""
    RegisteredSystem.objects.filter(pk=system.pk).update(retired_on=on)
    _trace("logiciel retiré", actor, system=system.name)


@transaction.atomic
def reveal(version: SystemVersion, *, actor: Actor) -> str:
    """The homologation number, for once: an explicit act, that leaves its trace."""
    named = f"{version.system.name} {version.version}"
    record(Event("homologation.numero", actor, detail={"system": named, "version_id": version.pk}))
    return version.cnda_number


def _trace(move: str, actor: Actor, **detail: Any) -> None:
    record(Event("homologation.logiciel", actor, detail={"move": move, **detail}))
