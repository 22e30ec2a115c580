"""The navigation of the top bar, by role. A desk that is not installed is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import is_valid_path

from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may


@dataclass(frozen=True, slots=True)
class Entry:
    """One desk: its label, its address, who works there."""

    label: str
    path: str
    roles: tuple[Role, ...]


ENTRIES = (
    Entry("Patients", "/patients/", (Role.CLINICIAN,)),
    Entry("Admissions", "/admissions/", (Role.ADMISSIONS,)),
    Entry("Comptes", "/comptes/", (Role.ACCOUNT_MANAGER,)),
    Entry("Revue des comptes", "/comptes/revues/", (Role.ACCOUNT_MANAGER,)),
    Entry("Sécurité", "/rssi/", (Role.RSSI, Role.DPO)),
    Entry("Logiciels métier", "/rssi/logiciels/", (Role.RSSI,)),
    Entry("Habilitations", "/habilitations/", (Role.RSSI, Role.DPO)),
    Entry("Classement", "/rssi/classement/", (Role.RSSI,)),
    Entry("Traces", "/traces/", (Role.RSSI, Role.DPO)),
    Entry("Objectifs", "/objectifs/", (Role.DIRECTION, Role.HOMOLOGATION, Role.RSSI, Role.DPO)),
    Entry("Homologation", "/homologation/", (Role.HOMOLOGATION, Role.DIRECTION, Role.RSSI, Role.DPO)),
)


def entries_for(account: Account) -> list[Entry]:
    """The desks of an account, in the order of the table."""
    return [entry for entry in ENTRIES if may(account, *entry.roles) and is_valid_path(entry.path)]


def current(entries: list[Entry], path: str) -> Entry | None:
    """The entry the page belongs to: the longest address that starts its own."""
    return max((entry for entry in entries if path.startswith(entry.path)), key=lambda e: len(e.path), default=None)
