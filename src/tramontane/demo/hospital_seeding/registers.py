"""The registers of the homologation, half-way: a record system deployed in part, what was collected, a contract being prepared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from tramontane.demo.hospital_seeding.establishment import SOFTWARE_HOMOLOGATION
from tramontane.hospital.accounts.models import Account, LegalEntity, Service
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.homologation.collectors import COLLECTORS
from tramontane.hospital.homologation.models import RegisteredSystem
from tramontane.hospital.homologation.selectors.dossiers import MAIN, under_way
from tramontane.hospital.homologation.services import collecting, contracting, registering, reminding
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.hospital.traces.events import Actor

# Services where the system is in production; the others have a date, but for the last: one is left to be filled in.
IN_PRODUCTION = ("urgences", "cardiologie")
PERIOD = timedelta(days=89)


def create(entity: LegalEntity, accounts: Mapping[str, Account], at: datetime) -> None:
    """As the homologation team would write it, each act with its trace. Nothing was called yet: most collectors say so."""
    who = actor(accounts["girard"], None)
    _deploy(_system(entity, at, who), at, who)
    _collect(entity, at, who)
    contracted = SiteContract.objects.filter(geographic_entity__legal_entity=entity, signed_at__isnull=False)
    sites = [row.geographic_entity for row in contracted.select_related("geographic_entity")]
    contracting.prepare(entity, sites, actor=actor(accounts["mercier"], None))
    reminding.sweep_entity(entity, at)


def _system(entity: LegalEntity, at: datetime, who: Actor) -> RegisteredSystem:
    system = registering.register(entity, "DPI d’exemple", "Éditeur fictif", actor=who)
    homologated = (at - timedelta(days=260)).date()
    facts = VersionFacts(
        "5.2", (at - timedelta(days=210)).date(), SOFTWARE_HOMOLOGATION, homologated, note="Attestation fictive"
    )
    registering.add_version(system, facts, actor=who)
    return system


def _deploy(system: RegisteredSystem, at: datetime, who: Actor) -> None:
    services = Service.objects.filter(geographic_entity__legal_entity=system.legal_entity, active=True).order_by("pk")
    later = [one for one in services if one.code not in IN_PRODUCTION]
    for service in services:
        if service.code in IN_PRODUCTION:
            registering.deploy(system, service, None, (at - timedelta(days=200)).date(), actor=who)
    for rank, service in enumerate(later[:-1], start=1):
        registering.deploy(system, service, (at + timedelta(days=60 + 15 * rank)).date(), None, actor=who)


def _collect(entity: LegalEntity, at: datetime, who: Actor) -> None:
    """Every collector looks; what the register says is confirmed as a proof of EXI 04."""
    day = timezone.localdate(at)
    found = {one.code: collecting.collect(entity, one.code, day - PERIOD, day, actor=who) for one in COLLECTORS}
    dossier = under_way(entity, MAIN)
    if dossier is not None and found["deploiement_dpi"].outcome == "passed":
        collecting.confirm(dossier, found["deploiement_dpi"], ["exi-04"], actor=who)
