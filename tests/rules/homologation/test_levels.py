"""A level is said with what it needs, and never where the référentiel forbids it."""

from __future__ import annotations

from datetime import date

import pytest

from support.homologation_facts import PROOF, TODAY, dmp, dossier, line
from tramontane.dmp.verdicts import Outcome
from tramontane.rules.homologation import (
    Action,
    ActionState,
    Assessment,
    Evidence,
    EvidenceKind,
    ExigenceState,
    Freshness,
    Level,
    Reserve,
    ReserveState,
    levels_for,
    objections,
    reserve_needed,
    reserve_objection,
)


def fields(name: str, assessment: Assessment) -> list[str]:
    return [one.field for one in objections(dmp(), dmp().by_key[f"dmp:{name}"], assessment)]


def test_a_perimeter_comes_with_its_steps_and_calendar() -> None:
    assert fields("exi-23", Assessment(Level.COMPLIANT_ON_PERIMETER)) == ["perimeter", "steps", "calendar"]
    assert fields("exi-23", Assessment(Level.COMPLIANT_ON_PERIMETER, "a", " ", "c")) == ["steps"]
    assert fields("exi-23", Assessment(Level.COMPLIANT_ON_PERIMETER, "a", "b", "c")) == []


def test_not_applicable_comes_with_its_reason() -> None:
    assert fields("exi-01", Assessment(Level.NOT_APPLICABLE)) == ["reason"]


@pytest.mark.parametrize(
    ("name", "level"),
    [("exi-01", Level.COMPLIANT_ON_PERIMETER), ("exi-04", Level.NOT_APPLICABLE), ("exi-29", Level.COMPLIANT)],
)
def test_some_levels_are_closed_to_some_exigences(name: str, level: Level) -> None:
    assert fields(name, Assessment(level, "a", "b", "c", "d")) == ["level"]
    assert level not in levels_for(dmp(), dmp().by_key[f"dmp:{name}"])


def test_exigence_29_is_computed_and_never_ticked() -> None:
    assert levels_for(dmp(), dmp().by_key["dmp:exi-29"]) == ()
    assert dossier(signed=False).states["exi-29"] is ExigenceState.AWAITED
    assert dossier(signed=True).states["exi-29"] is ExigenceState.MET


@pytest.mark.parametrize("name", ["exi-04", "exi-23", "exi-25", "exi-29"])
@pytest.mark.parametrize("level", Level)
def test_the_blocking_four_never_carry_a_reserve(name: str, level: Level) -> None:
    exigence = dmp().by_key[f"dmp:{name}"]
    assert "n’admet aucune réserve" in reserve_objection(dmp(), exigence, level)
    assert not reserve_needed(dmp(), exigence, level)


@pytest.mark.parametrize("level", Level)
def test_any_other_exigence_carries_one_when_it_is_not_met(level: Level) -> None:
    exigence = dmp().by_key["dmp:exi-20"]
    assert reserve_needed(dmp(), exigence, level) is level.unmet


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (Level.NOT_ASSESSED, ExigenceState.NOT_ASSESSED),
        (Level.NON_COMPLIANT, ExigenceState.BLOCKING),
        (Level.PARTLY, ExigenceState.BLOCKING),
        (Level.COMPLIANT_ON_PERIMETER, ExigenceState.MET_ON_PERIMETER),
        (Level.COMPLIANT, ExigenceState.MET),
    ],
)
def test_a_level_and_its_proofs_make_a_state(level: Level, state: ExigenceState) -> None:
    assert dossier(line("exi-23", level)).states["exi-23"] is state


def test_without_a_proof_in_effect_nothing_is_met() -> None:
    over = Evidence("Ancien PV", EvidenceKind.FILE, date(2024, 1, 1), date(2025, 1, 1))
    failed = Evidence("Relevé", EvidenceKind.MACHINE, TODAY, outcome=Outcome.FAILED)
    not_run = Evidence("Relevé", EvidenceKind.MACHINE, TODAY, outcome=Outcome.NOT_RUN)
    for proofs in ((), (over,), (failed,), (not_run,)):
        assert dossier(line("exi-23", evidence=proofs)).states["exi-23"] is ExigenceState.UNPROVEN
    assert dossier(line("exi-23", evidence=(over, PROOF))).states["exi-23"].met


@pytest.mark.parametrize(
    ("starts", "ends", "freshness"),
    [
        (date(2026, 11, 24), None, Freshness.COMING),
        (TODAY, None, Freshness.CURRENT),
        (date(2025, 11, 23), None, Freshness.CURRENT),
        (date(2025, 11, 22), None, Freshness.STALE),
        (date(2020, 1, 1), TODAY, Freshness.CURRENT),
        (date(2020, 1, 1), date(2026, 11, 22), Freshness.OVER),
    ],
)
def test_a_proof_grows_old(starts: date, ends: date | None, freshness: Freshness) -> None:
    assert Evidence("", EvidenceKind.LINK, starts, ends).freshness(TODAY) is freshness


def test_a_reserve_is_open_then_overdue_unless_lifted() -> None:
    due = date(2027, 3, 31)
    assert Reserve("r", due).state(due) is ReserveState.OPEN
    assert Reserve("r", due).state(date(2027, 4, 1)) is ReserveState.OVERDUE
    assert Reserve("r", due, lifted_on=due).state(date(2030, 1, 1)) is ReserveState.LIFTED


@pytest.mark.parametrize("state", ActionState)
def test_only_an_awaited_action_is_overdue(state: ActionState) -> None:
    action = Action("a", "o", date(2026, 11, 22), state)
    assert action.overdue(TODAY) is not state.closed
    assert not action.overdue(date(2026, 11, 22))


def test_a_dropped_action_plans_nothing() -> None:
    dropped = Action("a", "o", TODAY, ActionState.DROPPED)
    reserve = Reserve("r", TODAY, actions=(dropped,))
    assert dossier(line("exi-20", Level.PARTLY, reserve=reserve)).states["exi-20"] is ExigenceState.UNMET
