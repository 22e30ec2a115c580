"""The rules on generated traffic: what a small town plants, and what they find of it. Deterministic from the seed."""

from __future__ import annotations

from datetime import date

import pytest

from tramontane.national.monitoring.evaluation import NotEmpty, Score, evaluate
from tramontane.national.monitoring.misuses import PLANTS, generate
from tramontane.national.monitoring.rules import rule_book
from tramontane.national.monitoring.traffic import Scale, World

SMALL = Scale(date(2026, 11, 22), days=5, structures=5, staff=14, patients=80, misuses=3)


def test_the_same_seed_gives_the_same_traffic_and_another_seed_another() -> None:
    def generated(seed: int) -> list[tuple[object, ...]]:
        world = World.populated(seed, SMALL)
        generate(world)
        return [(one.instant, one.rpps, one.ins, one.transaction, one.assertion_id) for one in world.traces]

    assert generated(3) == generated(3)
    assert generated(3) != generated(4)


def test_every_rule_has_its_planted_misuse() -> None:
    assert set(PLANTS) == set(rule_book().by_code)


@pytest.mark.django_db
def test_most_misuses_are_found_and_most_alerts_are_right_on_a_small_town() -> None:
    result = evaluate(2, SMALL, rule_book().rules)
    found, planted = sum(one.found for one in result.scores), sum(one.planted for one in result.scores)
    rightly, named = sum(one.rightly for one in result.scores), sum(one.named for one in result.scores)
    assert planted >= len(PLANTS)
    assert found / planted >= 0.65
    assert rightly / named >= 0.6
    for one in result.scores:
        assert one.found > 0, one
    with pytest.raises(NotEmpty):
        evaluate(2, SMALL, rule_book().rules)


def test_nothing_planted_and_nothing_named_divide_nothing() -> None:
    nothing = Score("a", planted=0, found=0, named=0, rightly=0)
    assert (nothing.precision, nothing.recall) == (None, None)
