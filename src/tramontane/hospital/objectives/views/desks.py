"""Where an action is done: its label and its address, when the account works there."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.navigation import entries_for

# Name in `rules.objectives` → who does it, and the address of their desk; empty: no desk, people.
DESKS = {
    "comptes": ("la gestion des comptes", "/comptes/"),
    "admissions": ("le bureau des admissions", "/admissions/"),
    "habilitations": ("le RSSI", "/habilitations/"),
    "homologation": ("l’équipe d’homologation", "/homologation/"),
    "rssi": ("le RSSI", "/rssi/"),
    "services": ("les services", ""),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts; `path` is empty when this account does not work there."""

    people: str
    path: str


def desks_of(account: Account) -> dict[str, Desk]:
    """Every desk, with its address where the account may go."""
    mine = {entry.path for entry in entries_for(account)}
    return {name: Desk(people, path if path in mine else "") for name, (people, path) in DESKS.items()}
