"""The table of moves: nothing outside it, no way round a gate, no state without a way out."""

from __future__ import annotations

import pytest

from support.homologation_facts import dossier
from tramontane.rules.homologation import (
    DossierState,
    ForbiddenMove,
    Gate,
    GateName,
    Move,
    Obstacle,
    cross,
    gate,
    moves,
)
from tramontane.rules.homologation.states import TRANSITIONS, transition
from tramontane.rules.homologation.words import of

ALLOWED = {(row.source, row.move): row for row in TRANSITIONS}
SHUT = Obstacle("essai", "Fermée.", "essai", "Attendre.")


@pytest.mark.parametrize("state", DossierState)
@pytest.mark.parametrize("move", Move)
def test_a_move_outside_the_table_is_refused_with_the_moves_that_are_possible(state: DossierState, move: Move) -> None:
    row = ALLOWED.get((state, move))
    if row is None:
        with pytest.raises(ForbiddenMove) as refused:
            cross(state, move, None)
        assert all(possible.move in refused.value.next_step for possible in moves(state))
    else:
        assert cross(state, move, gate(row.gate, dossier()) if row.gate else None) is row.target


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.gate], ids=lambda row: f"{row.source}-{row.move}")
def test_a_shut_gate_stops_the_move_and_says_why(row) -> None:
    with pytest.raises(ForbiddenMove) as refused:
        cross(row.source, row.move, Gate(row.gate, (SHUT,)))
    assert refused.value.gate is not None
    assert refused.value.next_step == "Attendre."


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.gate], ids=lambda row: f"{row.source}-{row.move}")
def test_a_gate_cannot_be_forgotten_nor_swapped(row) -> None:
    with pytest.raises(ValueError, match="passe par"):
        cross(row.source, row.move, None)
    other = next(name for name in GateName if name is not row.gate)
    with pytest.raises(ValueError, match="passe par"):
        cross(row.source, row.move, Gate(other, ()))


def test_one_row_a_state_and_move() -> None:
    assert len(ALLOWED) == len(TRANSITIONS)


def reachable(start: DossierState) -> set[DossierState]:
    found, waiting = {start}, [start]
    while waiting:
        for row in moves(waiting.pop()):
            if row.target not in found:
                found.add(row.target)
                waiting.append(row.target)
    return found


def test_every_state_is_reached_from_the_first_and_leads_to_the_archive() -> None:
    assert reachable(DossierState.ASSESSING) == set(DossierState)
    assert all(DossierState.ARCHIVED in reachable(state) for state in DossierState)
    assert moves(DossierState.ARCHIVED) == ()


def test_the_only_way_to_homologated_is_a_signature_after_a_decision() -> None:
    assert [(row.source, row.move) for row in TRANSITIONS if row.target is DossierState.HOMOLOGATED] == [
        (DossierState.DECIDED, Move.SIGN)
    ]
    assert [(row.source, row.gate) for row in TRANSITIONS if row.target is DossierState.DECIDED] == [
        (DossierState.COMMISSION, GateName.DECISION)
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("convoquer", "de convoquer"),
        ("homologuer", "d’homologuer"),
        ("écrire", "d’écrire"),
        ("Yves", "d’Yves"),
        ("Yann", "de Yann"),
    ],
)
def test_of_is_elided_before_a_vowel(words: str, said: str) -> None:
    assert of(words) == said


@pytest.mark.parametrize("move", [Move.CONVENE, Move.HOMOLOGATE, Move.ARCHIVE])
def test_a_refused_move_is_said_in_french(move: Move) -> None:
    with pytest.raises(ForbiddenMove, match=f"ne permet pas d’{move}"):
        transition(DossierState.DECIDED, move)
