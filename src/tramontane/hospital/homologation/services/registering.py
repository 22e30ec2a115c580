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
    """Inscribe a system; one that was retired is inscribed again, with its versions and its services.

    Raises:
        RefusedError: the name is taken.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    named, by = name.strip(), vendor.strip()
    row = RegisteredSystem.objects.filter(legal_entity=entity, name__iexact=named).first()
    refuse("name", f"« {named} » est déjà au registre." if row and row.retired_on is None else "")
    if row is None:
        row = RegisteredSystem(legal_entity=entity, name=named, created_at=clock.now(), created_by_id=actor.account_id)
    move = "logiciel inscrit de nouveau" if row.pk else "logiciel inscrit"
    row.vendor, row.retired_on = by, None
    row.save()
    _trace(move, actor, system=row.name, vendor=row.vendor)
    return row


@transaction.atomic
def add_version(system: RegisteredSystem, facts: VersionFacts, *, actor: Actor) -> SystemVersion:
    """Record a version, or correct one by another row; the homologations signed before it are due again.

    Raises:
        RefusedError: a number without its date, or the reverse; a paper dated to come; the system is retired.
    """
    system = _taken(system)
    alone = bool(facts.cnda_number) != (facts.cnda_on is not None)
    refuse("cnda_on", "Le numéro d’homologation et sa date vont ensemble." if alone else "")
    for name, day in (("cnda_on", facts.cnda_on), ("segur_on", facts.segur_on)):
        refuse(name, "Ce jour est à venir." if day is not None and day > today() else "")
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
        RefusedError: in production in the future; a service of another establishment; the system is retired.
    """
    system = _taken(system)
    stray = service.geographic_entity.legal_entity_id != system.legal_entity_id
    refuse("service", "Ce service n’est pas de cet établissement." if stray else "")
    late = production_on is not None and production_on > today()
    refuse("production_on", "Une mise en production à venir se dit « prévue »." if late else "")
    said = system.deployments.filter(service=service, planned_on=planned_on, production_on=production_on).first()
    if said is not None:
        return said
    values = {"planned_on": planned_on, "production_on": production_on, "updated_at": clock.now()}
    row, _ = Deployment.objects.update_or_create(
        system=system, service=service, defaults=values | {"updated_by_id": actor.account_id}
    )
    days = {"planned_on": str(planned_on or ""), "production_on": str(production_on or "")}
    _trace("déploiement modifié", actor, system=system.name, service=service.code, **days)
    return row


@transaction.atomic
def retire(system: RegisteredSystem, on: date, *, actor: Actor) -> None:
    """The system is no longer used from that day on.

    Raises:
        RefusedError: a day to come, or retired already.
    """
    row = _taken(system)
    refuse("on", "Ce jour est à venir : retirer le logiciel quand il ne servira plus." if on > today() else "")
    row.retired_on = on
    row.save(update_fields=["retired_on"])
    _trace("logiciel retiré", actor, system=row.name)


@transaction.atomic
def reveal(version: SystemVersion, *, actor: Actor) -> str:
    """The homologation number, for once: an explicit act, that leaves its trace."""
    named = f"{version.system.name} {version.version}"
    record(Event("homologation.numero", actor, detail={"system": named, "version_id": version.pk}))
    return version.cnda_number


def _taken(system: RegisteredSystem) -> RegisteredSystem:
    """The system, locked until the end of the transaction, whatever a page left open still shows."""
    row = RegisteredSystem.objects.select_for_update().get(pk=system.pk)
    refuse("", "Ce logiciel est retiré du registre." if row.retired_on else "")
    return row


def _trace(move: str, actor: Actor, **detail: Any) -> None:
    record(Event("homologation.logiciel", actor, detail={"move": move, **detail}))
