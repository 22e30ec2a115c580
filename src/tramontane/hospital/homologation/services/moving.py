"""Moving a dossier through its table of states: nothing else changes a state."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import (
    DossierState,
    ForbiddenMove,
    Gate,
    Move,
    Transition,
    cross,
    gate,
    moves,
    transition,
)
from tramontane.rules.homologation.words import of


def today() -> date:
    """The day in Paris."""
    return timezone.localdate(clock.now())


@transaction.atomic
def move(dossier: Dossier, wanted: Move, *, actor: Actor, motive: str = "") -> Dossier:
    """Finish, resume or archive a dossier. The moves of a commission have services of their own.

    Raises:
        ForbiddenMove: not from this state, or not by hand, or its gate is shut (`gate` says why).
    """
    kept = taken(dossier, frozenset(DossierState), str(wanted))
    if wanted not in {row.move for row in by_hand(kept)}:
        state = DossierState(kept.state)
        raise ForbiddenMove(f"Un dossier « {state.label} » ne permet pas {of(wanted)}.")
    row = advance(kept, wanted)
    trace(row, "homologation.dossier", actor, motive=motive, move=str(wanted))
    return row


def by_hand(dossier: Dossier) -> list[Transition]:
    """The moves somebody may ask for. A homologated dossier is archived by the end of its homologation, not by hand."""
    state = DossierState(dossier.state)
    if state is DossierState.HOMOLOGATED:
        return []
    return [row for row in moves(state) if row.move in (Move.FINISH, Move.RESUME, Move.ARCHIVE)]


def advance(dossier: Dossier, wanted: Move) -> Dossier:
    """The dossier in its next state, inside the caller's transaction, which leaves the trace.

    Raises:
        ForbiddenMove: not from this state, or its gate is shut.
    """
    row = taken(dossier, frozenset(DossierState), str(wanted))
    row.state = cross(DossierState(row.state), wanted, gate_of(row, wanted)).value
    row.save(update_fields=["state"])
    return row


def gate_of(dossier: Dossier, wanted: Move) -> Gate | None:
    """The door of a move today; None when it has none.

    Raises:
        ForbiddenMove: the table has no such move from this state.
    """
    name = transition(DossierState(dossier.state), wanted).gate
    return gate(name, facts(dossier, today())) if name else None
