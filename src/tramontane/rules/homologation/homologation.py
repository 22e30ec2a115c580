"""A signed homologation: its term, and where it stands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tramontane.rules.homologation.months import add_months
from tramontane.rules.homologation.words import NBSP
from tramontane.rules.referentiels import Referentiel

# « Un rappel calendaire sera utilement programmé peu avant l'expiration » (webinaire): how long is ours to choose.
EXPIRING_MONTHS = 3


class HomologationState(StrEnum):
    """Where an homologation stands on a day."""

    ACTIVE = "active"
    EXPIRING = "bientôt expirée"
    EXPIRED = "expirée"
    REPLACED = "remplacée"
    VOID = "caduque"

    @property
    def in_force(self) -> bool:
        """It still holds."""
        return self in (HomologationState.ACTIVE, HomologationState.EXPIRING)


@dataclass(frozen=True, slots=True)
class Term:
    """How long an homologation holds.

    Attributes:
        signed_on: the day the PV was signed, from which the months run.
        months: as the commission decided.
        replaced_on, void_on: the day another one took its place, or a trigger was accepted.
    """

    signed_on: date
    months: int
    replaced_on: date | None = None
    void_on: date | None = None

    @property
    def expires_on(self) -> date:
        """The last day it holds, included."""
        return add_months(self.signed_on, self.months)

    def days_left(self, today: date) -> int:
        """Days after today it still holds; negative once expired."""
        return (self.expires_on - today).days

    def state(self, today: date, *, expiring_months: int = EXPIRING_MONTHS) -> HomologationState:
        """Where it stands: what ended it first wins; then the calendar decides."""
        endings = [
            (self.void_on, HomologationState.VOID),
            (self.replaced_on, HomologationState.REPLACED),
        ]
        over = [(day, state) for day, state in endings if day is not None and day <= min(today, self.expires_on)]
        if over:
            return min(over, key=lambda ending: ending[0])[1]
        if today > self.expires_on:
            return HomologationState.EXPIRED
        expiring = today >= add_months(self.expires_on, -expiring_months)
        return HomologationState.EXPIRING if expiring else HomologationState.ACTIVE


def duration_objection(referentiel: Referentiel, months: int) -> str:
    """Why a number of months cannot be decided, in a sentence; empty when it can."""
    longest = referentiel.regles.duree_max_mois
    if months < 1:
        return "Une homologation dure au moins un mois."
    if longest is not None and months > longest:
        return f"Le {referentiel.sigle} limite l’homologation à {longest}{NBSP}mois."
    return ""


def duration_advice(referentiel: Referentiel, months: int, reserves: int) -> str:
    """« prononcer une homologation courte si certaines réserves nécessitent de refaire un point » (webinaire)."""
    if reserves and months == referentiel.regles.duree_max_mois:
        return "Avec des réserves, une durée plus courte permet de refaire un point à une brève échéance (webinaire)."
    return ""
