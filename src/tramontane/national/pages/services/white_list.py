"""The white list: fed by signatures, suspended and re-established by the CNAM. Read by the judge at every call."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import ActKind, Alert, Contract, GeographicEntity, WhiteListEntry, WhiteListStatus
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


def enter(contract: Contract, entities: Iterable[GeographicEntity], person: Person, at: datetime) -> None:
    """Put entities under a contract. A suspended one stays suspended: a signature does not lift what the CNAM decided."""
    dates = {
        "contract": contract,
        "valid_from": contract.valid_from,
        "valid_until": contract.valid_until,
        "changed_at": at,
    }
    active = {"status": WhiteListStatus.ACTIVE, "cause": ""}
    for entity in entities:
        entry = WhiteListEntry.objects.select_for_update().filter(geographic_entity=entity).first()
        suspended = entry is not None and entry.status == WhiteListStatus.SUSPENDED
        WhiteListEntry.objects.update_or_create(
            geographic_entity=entity, defaults=dates if suspended else dates | active
        )
        acts.record(
            ActKind.ENTITY_LISTED, person, at, finess=entity.pk, contract=contract,
            detail=f"{contract.number}, du {contract.valid_from:%d/%m/%Y} au {contract.valid_until:%d/%m/%Y}",
        )  # fmt: skip


def remove(finess: Collection[str], contract: Contract, person: Person, at: datetime) -> None:
    """Take off the entities that a later contract left out. A suspension survives: signing again would else lift it."""
    entries = WhiteListEntry.objects.filter(geographic_entity__in=finess)
    ended = {"contract": None, "changed_at": at, "valid_until": contract.valid_from - timedelta(days=1)}
    entries.filter(status=WhiteListStatus.SUSPENDED).update(**ended)
    entries.exclude(status=WhiteListStatus.SUSPENDED).update(
        **ended, status=WhiteListStatus.REMOVED, cause=f"avenant ou renouvellement {contract.number}"
    )
    for number in sorted(finess):
        acts.record(ActKind.ENTITY_REMOVED, person, at, finess=number, contract=contract, detail=contract.number)


@transaction.atomic
def suspend(finess: str, cause: str, person: Person, at: datetime, alert: Alert | None = None) -> None:
    """Suspend the access of a geographic entity, with a cause that the hospital will read in the refusal; from an alert, or not.

    Raises:
        ActRefused: it is not on the list, or not active.
    """
    entry = WhiteListEntry.objects.select_for_update().get(geographic_entity=finess)
    if entry.status != WhiteListStatus.ACTIVE:
        raise ActRefused(f"Cette entité est {entry.get_status_display()} : il n’y a pas d’accès à suspendre.")
    _change(entry, WhiteListStatus.SUSPENDED, cause, at)
    acts.record(ActKind.ENTITY_SUSPENDED, person, at, finess=finess, detail=cause, alert=alert)


@transaction.atomic
def reestablish(finess: str, grounds: str, person: Person, at: datetime) -> None:
    """Lift a suspension once the conditions are met again; `grounds` says which were checked, and how.

    Raises:
        ActRefused: not suspended, closed in the directory, or without a contract in force.
    """
    entry = WhiteListEntry.objects.select_for_update().get(geographic_entity=finess)
    if entry.status != WhiteListStatus.SUSPENDED:
        raise ActRefused("Cette entité n’est pas suspendue.")
    if not entry.geographic_entity.active:
        raise ActRefused("Cette entité est fermée dans l’annuaire FINESS : elle ne peut pas être rétablie.")
    if entry.valid_until < at.astimezone(FRANCE).date():
        raise ActRefused(
            "Cette entité n’a plus de contrat en vigueur : l’établissement doit d’abord signer ou renouveler."
        )
    _change(entry, WhiteListStatus.ACTIVE, "", at)
    acts.record(ActKind.ENTITY_REESTABLISHED, person, at, finess=finess, detail=grounds)


def _change(entry: WhiteListEntry, status: WhiteListStatus, cause: str, at: datetime) -> None:
    entry.status, entry.cause, entry.changed_at = status, cause, at
    entry.save(update_fields=["status", "cause", "changed_at"])
