"""Réserves and their actions: which exigences need one, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tramontane.rules.homologation.levels import Level
from tramontane.rules.referentiels import Exigence, Referentiel


class ReserveState(StrEnum):
    """Where a réserve stands on a day."""

    OPEN = "ouverte"
    OVERDUE = "échue"
    LIFTED = "levée"


class ActionState(StrEnum):
    """Where an action stands, as its owner says it."""

    PLANNED = "a_faire"
    UNDER_WAY = "en_cours"
    DONE = "faite"
    DROPPED = "abandonnee"

    @property
    def label(self) -> str:
        """In words."""
        return {"a_faire": "À faire", "en_cours": "En cours", "faite": "Faite", "abandonnee": "Abandonnée"}[self.value]

    @property
    def closed(self) -> bool:
        """Nothing is awaited any more."""
        return self in (ActionState.DONE, ActionState.DROPPED)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to lift a réserve."""

    title: str
    owner: str
    due: date
    state: ActionState = ActionState.PLANNED

    def overdue(self, today: date) -> bool:
        """Awaited, and its day has passed."""
        return not self.state.closed and today > self.due


@dataclass(frozen=True, slots=True)
class Reserve:
    """What the PV says of an exigence that is not met.

    Attributes:
        due: the day it must be lifted, included.
        lifted_on: the day it was, with its proof.
    """

    text: str
    due: date
    lifted_on: date | None = None
    actions: tuple[Action, ...] = ()

    def state(self, today: date) -> ReserveState:
        """Lifted once and for all; else overdue after its day; else open."""
        if self.lifted_on is not None and self.lifted_on <= today:
            return ReserveState.LIFTED
        return ReserveState.OVERDUE if today > self.due else ReserveState.OPEN

    @property
    def planned(self) -> bool:
        """Whether an action that is not dropped stands behind it."""
        return any(action.state is not ActionState.DROPPED for action in self.actions)


def carried(reserve: Reserve | None, level: Level) -> bool:
    """Whether the PV names a réserve: not lifted, and the exigence still not met. Its mention, its table and the screen
    ask here, each of them."""
    return reserve is not None and reserve.lifted_on is None and level.unmet


def reserve_objection(referentiel: Referentiel, exigence: Exigence, level: Level) -> str:
    """Why an exigence cannot carry a réserve, in a sentence; empty when it can."""
    if referentiel.bloquante(exigence):
        return f"{exigence.libelle} n’admet aucune réserve : elle doit être atteinte pour contractualiser."
    if exigence.calculee is not None:
        return f"{exigence.libelle} se calcule depuis le dossier : elle ne porte pas de réserve."
    if not level.unmet:
        return f"{exigence.libelle} n’est pas déclarée non atteinte : il n’y a rien à réserver."
    return ""


def reserve_needed(referentiel: Referentiel, exigence: Exigence, level: Level) -> bool:
    """Whether the PV must carry a réserve for this exigence."""
    return level.unmet and not reserve_objection(referentiel, exigence, level)
