"""Which days somebody is to be reminded of, before each deadline. « Un rappel calendaire sera utilement programmé peu
avant l'expiration » (webinaire): how many days before is ours to choose, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ReminderKind(StrEnum):
    """What comes due."""

    HOMOLOGATION = "homologation"
    CONTRACT = "contrat"
    CERTIFICATE = "certificat"
    RESERVE = "reserve"
    ACTION = "action"
    EVIDENCE = "preuve"
    DEPLOYMENT = "deploiement"
    TRIGGER = "declencheur"

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]


_LABELS = {
    ReminderKind.HOMOLOGATION: "Homologation",
    ReminderKind.CONTRACT: "Contrat AIR",
    ReminderKind.CERTIFICATE: "Certificat",
    ReminderKind.RESERVE: "Réserve",
    ReminderKind.ACTION: "Action",
    ReminderKind.EVIDENCE: "Preuve",
    ReminderKind.DEPLOYMENT: "Déploiement",
    ReminderKind.TRIGGER: "Motif de renouvellement",
}
# Days before the deadline, the farthest first. A trigger is said the day it is seen.
LEADS: dict[ReminderKind, tuple[int, ...]] = {
    ReminderKind.HOMOLOGATION: (180, 90, 30),
    ReminderKind.CONTRACT: (180, 90, 30),
    ReminderKind.CERTIFICATE: (60, 15),
    ReminderKind.RESERVE: (30, 7),
    ReminderKind.ACTION: (15, 0),
    ReminderKind.EVIDENCE: (30,),
    ReminderKind.DEPLOYMENT: (15, 0),
    ReminderKind.TRIGGER: (0,),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing due.

    Attributes:
        key: what it is about, stable from one day to the next.
        due_on: the last day, included.
    """

    kind: ReminderKind
    key: str
    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A deadline, and one day to be reminded of it."""

    deadline: Deadline
    remind_on: date


def plan(deadlines: Iterable[Deadline]) -> Iterator[PlannedReminder]:
    """Every reminder of every deadline, past ones included: a run that was missed is made up for."""
    for deadline in deadlines:
        for days in LEADS[deadline.kind]:
            yield PlannedReminder(deadline, deadline.due_on - timedelta(days=days))
