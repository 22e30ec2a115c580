"""How good the rules are on generated traffic: precision and recall, rule by rule.

precision   of the subjects that a rule names, the part that misused something (whatever rule it was planted for)
recall      of the misuses planted for a rule, the part whose subject that rule names
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import transaction

from tramontane.national.models import AccessTrace
from tramontane.national.monitoring.detection import findings
from tramontane.national.monitoring.misuses import generate
from tramontane.national.monitoring.personalities import watch
from tramontane.national.monitoring.rules import Rule
from tramontane.national.monitoring.traffic import Scale, World

_BATCH = 2000


class NotEmpty(ValueError):
    """Generated traffic never joins true traces."""


@dataclass(frozen=True, slots=True)
class Score:
    """One rule. `None`: nothing to divide by."""

    rule: str
    planted: int
    found: int
    named: int
    rightly: int

    @property
    def precision(self) -> float | None:
        """Part of the subjects named that misused something."""
        return self.rightly / self.named if self.named else None

    @property
    def recall(self) -> float | None:
        """Part of the misuses planted for this rule that it found."""
        return self.found / self.planted if self.planted else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of every rule, on how many traces and days."""

    seed: int
    traces: int
    first: date
    last: date
    scores: tuple[Score, ...]


def evaluate(seed: int, scale: Scale, rules: Iterable[Rule]) -> Evaluation:
    """Generate, store, look at every day with every rule, count. The database is left with the generated traffic.

    Raises:
        NotEmpty: the database holds traces already.
    """
    if AccessTrace.objects.exists():
        raise NotEmpty("Cette base contient déjà des traces : l’évaluation demande une base vide.")
    world = World.populated(seed, scale)
    generate(world)
    _store(world)
    scores = tuple(_score(rule, world) for rule in rules)
    return Evaluation(seed, len(world.traces), scale.first, scale.until, scores)


@transaction.atomic
def _store(world: World) -> None:
    AccessTrace.objects.bulk_create(sorted(world.traces, key=lambda trace: trace.instant), batch_size=_BATCH)
    watch(world.watched, datetime.combine(world.scale.first, time.min, UTC))


def _score(rule: Rule, world: World) -> Score:
    guilty = {one.subject for one in world.misuses}
    planted = {one.subject for one in world.misuses if one.rule == rule.code}
    named = {found.subject for day in world.days() for found in findings(rule, day)}
    return Score(rule.code, len(planted), len(planted & named), len(named), len(guilty & named))
