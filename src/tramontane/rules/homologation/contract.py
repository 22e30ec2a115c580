"""The AIR contract: where it stands on a day, and whether a term can be. Signed on the CNAM's portal, never here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tramontane.rules.homologation.months import add_months
from tramontane.rules.homologation.words import NBSP

# « pour une durée maximale de 3 ans » (EXI 29, quoted by the webinar).
CONTRACT_MONTHS = 36
# How long before its end it is said to be due: ours to choose, as for an homologation.
RENEWAL_MONTHS = 3


class ContractState(StrEnum):
    """Where the contract file stands on a day."""

    TO_PREPARE = "à préparer"
    READY = "prêt à transmettre"
    HANDED = "transmis au référent régional"
    SIGNED = "signé"
    RENEWAL = "à renouveler"
    EXPIRED = "échu"
    SUSPENDED = "suspendu"

    @property
    def in_force(self) -> bool:
        """Calls may leave under it."""
        return self in (ContractState.SIGNED, ContractState.RENEWAL)


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What is known of a contract.

    Attributes:
        ready: every step before the contract is done.
        contacted_on: the day the regional referent was told.
        signed_on, expires_on: as the portal gives them; both days included.
        suspended: the last thing the CNAM said is a suspension.
    """

    ready: bool = False
    contacted_on: date | None = None
    signed_on: date | None = None
    expires_on: date | None = None
    suspended: bool = False

    def state(self, today: date) -> ContractState:
        """A suspension hides everything but the end of the term."""
        if self.signed_on is None:
            if self.contacted_on is not None:
                return ContractState.HANDED
            return ContractState.READY if self.ready else ContractState.TO_PREPARE
        if self.expires_on is not None and today > self.expires_on:
            return ContractState.EXPIRED
        if self.suspended:
            return ContractState.SUSPENDED
        due = self.expires_on is not None and today >= add_months(self.expires_on, -RENEWAL_MONTHS)
        return ContractState.RENEWAL if due else ContractState.SIGNED


def term_objection(signed_on: date, expires_on: date, today: date) -> str:
    """Why these days cannot be a contract's, in a sentence; empty when they can."""
    if signed_on > today:
        return "La signature ne peut pas être à venir."
    if expires_on <= signed_on:
        return "Le contrat finit avant d’avoir commencé."
    longest = add_months(signed_on, CONTRACT_MONTHS)
    if expires_on > longest:
        return f"La liste blanche dure au plus {CONTRACT_MONTHS}{NBSP}mois (EXI 29){NBSP}: le {longest:%d/%m/%Y} au plus tard."
    return ""
