"""The register of record systems, with the version and the services of a day. Reads all of it at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from tramontane.hospital.accounts.models import LegalEntity, Service
from tramontane.hospital.habilitations.selectors import services_of
from tramontane.hospital.homologation.models import Deployment, RegisteredSystem, SystemVersion


@dataclass(frozen=True, slots=True)
class Registered:
    """A system of the register.

    Attributes:
        versions: the last put in service first.
        services: every active service of the establishment, where it is deployed or not.
        deployments: by service.
    """

    row: RegisteredSystem
    versions: tuple[SystemVersion, ...]
    services: tuple[Service, ...]
    deployments: dict[int, Deployment]

    def in_use(self, day: date) -> bool:
        """Not retired yet."""
        return self.row.retired_on is None or day < self.row.retired_on

    def version_on(self, day: date) -> SystemVersion | None:
        """The version in service that day."""
        return next((one for one in self.versions if one.in_service_on <= day), None)

    def in_production(self, day: date) -> list[Service]:
        """The services where it is in production that day."""
        return [one for one in self.services if (since := self.since(one)) and since <= day]

    def since(self, service: Service) -> date | None:
        """Since when it is in production there."""
        found = self.deployments.get(service.pk)
        return found.production_on if found else None

    def planned(self, service: Service) -> date | None:
        """When it is to be in production there."""
        found = self.deployments.get(service.pk)
        return found.planned_on if found else None


def registered(entity: LegalEntity) -> list[Registered]:
    """Every system of the register, retired ones last."""
    services = tuple(services_of(entity))
    rows = RegisteredSystem.objects.filter(legal_entity=entity).prefetch_related("versions__created_by", "deployments")
    found = [
        Registered(row, tuple(row.versions.all()), services, {one.service_id: one for one in row.deployments.all()})
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.row.retired_on is not None, one.row.name.casefold()))


def system(entity: LegalEntity, pk: int) -> Registered | None:
    """One of them."""
    return next((one for one in registered(entity) if one.row.pk == pk), None)


def version(entity: LegalEntity, pk: int) -> SystemVersion | None:
    """A version of a system of this entity."""
    return SystemVersion.objects.select_related("system").filter(system__legal_entity=entity, pk=pk).first()


def digest(entity: LegalEntity, day: date) -> str:
    """What the register says is in service, as a digest: a changed version changes it. Empty: nothing is registered."""
    said = [
        f"{one.row.pk} {current.version} {current.cnda_number}"
        for one in registered(entity)
        if one.in_use(day) and (current := one.version_on(day))
    ]
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest() if said else ""
