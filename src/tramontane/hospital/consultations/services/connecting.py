"""The connection of a legal entity to the DMP: kept with a trace of every change, tested without any patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.consultations import connection as connections
from tramontane.hospital.consultations.connection import Finding
from tramontane.hospital.consultations.models import DmpConnection, SiteContract
from tramontane.hospital.consultations.selectors import connection_of
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

# Kept secret on screen (EX_GEN-1490): the trace says that it changed, not what it is.
UNSAID = frozenset({"software_homologation"})
Contracts = Mapping[int, tuple[date | None, date | None]]


def keep_connection(entity: LegalEntity, values: Mapping[str, Any], contracts: Contracts, *, actor: Actor) -> bool:
    """Write what changed of the connection and of the contracts declared for its sites; False when nothing did.

    Traces: `configuration.modifiee`, before and after of each field.

    Args:
        values: fields of `DmpConnection`.
        contracts: site → first and last day, None when not declared.
    """
    with transaction.atomic():
        changed = _keep_row(entity, values) | _keep_contracts(entity, contracts)
        if changed:
            record(Event("configuration.modifiee", actor, detail={"connection": changed}))
    return bool(changed)


def _keep_row(entity: LegalEntity, values: Mapping[str, Any]) -> dict[str, Any]:
    row = DmpConnection.objects.select_for_update().filter(legal_entity=entity).first()
    before = {name: getattr(row, name) if row else "" for name in values}
    changed = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    if changed:
        DmpConnection.objects.update_or_create(legal_entity=entity, defaults={**values, "updated_at": clock.now()})
    return {name: "modifié" if name in UNSAID else pair for name, pair in changed.items()}


def _keep_contracts(entity: LegalEntity, contracts: Contracts) -> dict[str, Any]:
    changed = {}
    for site in entity.geographic_entities.filter(pk__in=contracts):
        declared = dict(zip(("signed_at", "expires_at"), contracts[site.pk], strict=True))
        row = SiteContract.objects.filter(geographic_entity=site).first()
        before = {name: getattr(row, name) if row else None for name in declared}
        if before != declared:
            SiteContract.objects.update_or_create(geographic_entity=site, defaults=declared)
            changed[site.finess_geographique] = [_spoken(before), _spoken(declared)]
    return changed


def _spoken(dates: Mapping[str, date | None]) -> list[str]:
    return [day.isoformat() if day else "" for day in dates.values()]


def try_connection(entity: LegalEntity, *, actor: Actor) -> tuple[Finding, ...]:
    """Look at everything the connection needs, in order, up to the server's door. No patient, no token, no DMP call.

    Traces: `configuration.testee`.
    """
    found = connections.findings(connection_of(entity.pk), clock.now())
    failed = [finding.step for finding in found if finding.verdict is connections.Verdict.FAILED]
    with transaction.atomic():
        outcome = "échec" if failed else "réussi"
        record(Event("configuration.testee", actor, outcome=outcome, detail={"failed": failed}))
    return found
