"""The states of a dossier and the moves between them, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tramontane.dmp.errors import LocalError
from tramontane.rules.homologation.gates import Gate, GateName
from tramontane.rules.homologation.levels import Level
from tramontane.rules.homologation.words import of


class DossierState(StrEnum):
    """Where a dossier stands."""

    ASSESSING = "auto_evaluation"
    ASSESSED = "auto_evaluee"
    COMMISSION = "commission"
    DECIDED = "decide"
    HOMOLOGATED = "homologue"
    REFUSED = "refuse"
    ADJOURNED = "ajourne"
    ARCHIVED = "archive"

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]


_LABELS = {
    DossierState.ASSESSING: "Auto-évaluation en cours",
    DossierState.ASSESSED: "Auto-évaluation terminée",
    DossierState.COMMISSION: "Commission ouverte",
    DossierState.DECIDED: "Homologation décidée, PV à signer",
    DossierState.HOMOLOGATED: "Homologué",
    DossierState.REFUSED: "Refusé",
    DossierState.ADJOURNED: "Ajourné",
    DossierState.ARCHIVED: "Archivé",
}


class Move(StrEnum):
    """What a person does to a dossier."""

    FINISH = "terminer l’auto-évaluation"
    RESUME = "reprendre l’auto-évaluation"
    CONVENE = "ouvrir la commission"
    CANCEL = "annuler la commission"
    HOMOLOGATE = "homologuer"
    REFUSE = "refuser"
    ADJOURN = "ajourner"
    RECONSIDER = "revenir sur la décision"
    SIGN = "signer le PV"
    ARCHIVE = "archiver"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from a state, a move leads to another, through a gate when there is one."""

    source: DossierState
    move: Move
    target: DossierState
    gate: GateName | None = None


_S, _M, _G = DossierState, Move, GateName
TRANSITIONS = (
    Transition(_S.ASSESSING, _M.FINISH, _S.ASSESSED, _G.ASSESSMENT),
    Transition(_S.ASSESSING, _M.ARCHIVE, _S.ARCHIVED),
    Transition(_S.ASSESSED, _M.RESUME, _S.ASSESSING),
    Transition(_S.ASSESSED, _M.CONVENE, _S.COMMISSION, _G.COMMISSION),
    Transition(_S.ASSESSED, _M.ARCHIVE, _S.ARCHIVED),
    Transition(_S.COMMISSION, _M.CANCEL, _S.ASSESSED),
    Transition(_S.COMMISSION, _M.HOMOLOGATE, _S.DECIDED, _G.DECISION),
    Transition(_S.COMMISSION, _M.REFUSE, _S.REFUSED, _G.SITTING),
    Transition(_S.COMMISSION, _M.ADJOURN, _S.ADJOURNED, _G.SITTING),
    Transition(_S.DECIDED, _M.SIGN, _S.HOMOLOGATED, _G.SIGNATURE),
    Transition(_S.DECIDED, _M.RECONSIDER, _S.COMMISSION),
    Transition(_S.REFUSED, _M.ARCHIVE, _S.ARCHIVED),
    Transition(_S.ADJOURNED, _M.RESUME, _S.ASSESSING),
    Transition(_S.ADJOURNED, _M.ARCHIVE, _S.ARCHIVED),
    Transition(_S.HOMOLOGATED, _M.ARCHIVE, _S.ARCHIVED),
)
# Where levels and proofs may be edited; and where réserves, actions and the support may.
ASSESSABLE = frozenset({_S.ASSESSING})
PLANNABLE = frozenset({_S.ASSESSING, _S.ASSESSED, _S.COMMISSION})
# No commission has it yet, or not any more.
BEFORE_COMMISSION = frozenset({_S.ASSESSING, _S.ASSESSED})
# A dossier that still leads somewhere: at most one per référentiel and legal entity.
UNDER_WAY = frozenset({_S.ASSESSING, _S.ASSESSED, _S.COMMISSION, _S.DECIDED, _S.ADJOURNED})


def lift_objection(state: DossierState, level: Level) -> str:
    """Why a réserve cannot be lifted, in a sentence; empty when it can. Lifted before the signature, it is no longer in the
    PV: its exigence is declared met first. After it, the levels are those the PV froze.
    """
    if state is DossierState.HOMOLOGATED or not level.unmet:
        return ""
    return "L’exigence est encore déclarée non atteinte : évaluer d’abord son niveau, puis lever la réserve."


class ForbiddenMove(LocalError):
    """A move the table does not have from this state, or whose gate is shut (`gate` then says why)."""

    code = "dossier-passage-refuse"

    def __init__(self, message: str, *, gate: Gate | None = None, next_step: str = "") -> None:
        super().__init__(message, reference="docs/reference/homologation.md", next_step=next_step)
        self.gate = gate


def moves(state: DossierState) -> tuple[Transition, ...]:
    """The rows that leave a state."""
    return tuple(row for row in TRANSITIONS if row.source is state)


def transition(state: DossierState, move: Move) -> Transition:
    """The row of a move.

    Raises:
        ForbiddenMove: the table has no such row.
    """
    for row in moves(state):
        if row.move is move:
            return row
    possible = ", ".join(row.move for row in moves(state)) or "aucun passage"
    raise ForbiddenMove(
        f"Un dossier « {state.label} » ne permet pas {of(move)}.", next_step=f"depuis cet état : {possible}"
    )


def cross(state: DossierState, move: Move, gate: Gate | None) -> DossierState:
    """The state after a move.

    Args:
        gate: the door of the row, as it stands today; None for a row without one.

    Raises:
        ForbiddenMove: no such row, or its gate is shut.
        ValueError: the gate given is not the row's.
    """
    row = transition(state, move)
    if row.gate is not (gate.name if gate else None):
        raise ValueError(f"{move} passe par {row.gate}, pas par {gate and gate.name}")
    if gate is not None and not gate.open:
        raise ForbiddenMove(
            f"Il n’est pas encore possible {of(move)}.", gate=gate, next_step=gate.obstacles[0].next_step
        )
    return row.target
