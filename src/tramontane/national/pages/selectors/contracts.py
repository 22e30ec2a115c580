"""Contracts as their signers see them: in force, soon to renew, expired, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tramontane.national.models import Contract, GeographicEntity, LegalEntity, WhiteListEntry
from tramontane.national.pages.contract_rules import RENEW_FROM
from tramontane.national.pages.selectors.white_list import Listed, listed


@dataclass(frozen=True, slots=True)
class ContractState:
    """What a contract is today: a badge, and whether it can still be acted upon."""

    label: str
    tone: str
    in_force: bool
    renewable: bool


_REPLACED = ContractState("Remplacé", "", in_force=False, renewable=False)
_EXPIRED = ContractState("Expiré", "stop", in_force=False, renewable=True)
_SOON = ContractState("À renouveler", "warn", in_force=True, renewable=True)
_IN_FORCE = ContractState("En vigueur", "ok", in_force=True, renewable=True)


def state_of(contract: Contract, today: date) -> ContractState:
    """The state of a contract on a French day."""
    if contract.ended_at is not None:
        return _REPLACED
    if contract.valid_until < today:
        return _EXPIRED
    return _SOON if contract.valid_until - today <= RENEW_FROM else _IN_FORCE


def contracts_of(legal_entity: LegalEntity) -> QuerySet[Contract]:
    """Every signature, the most recent first."""
    return legal_entity.contracts.select_related("replaces", "replaced_by").prefetch_related("entities").order_by("-pk")


def covering(entity: GeographicEntity, today: date) -> Contract | None:
    """The contract that covers this entity today."""
    return Contract.objects.filter(entities__geographic_entity=entity, ended_at=None, valid_until__gte=today).first()


def entities_of(legal_entity: LegalEntity, today: date) -> Sequence[tuple[GeographicEntity, Listed | None]]:
    """Every geographic entity with what the white list says of it."""
    entries = {
        entry.geographic_entity_id: entry
        for entry in WhiteListEntry.objects.filter(geographic_entity__legal_entity=legal_entity).select_related(
            "geographic_entity__legal_entity", "contract"
        )
    }
    rows = legal_entity.geographic_entities.order_by("-active", "pk")
    return [(one, listed(entries[one.pk], today) if one.pk in entries else None) for one in rows]
