"""Exchanges as the operator reads them: who, what, and the verdict of each of the twelve checks. Read by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national.models import AccessResult, AccessTrace
from tramontane.national.tracing import explain, verdicts_of

PAGE = 50
CHECKS = range(1, 13)
_RESULTS = {
    AccessResult.GRANTED: ("ok", "✓"),
    AccessResult.REFUSED: ("stop", "✕"),
    AccessResult.UNUSABLE: ("warn", "!"),
    AccessResult.SCRIPTED: ("info", "▶"),
}
_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✕", Outcome.NOT_RUN: "–", None: "·"}
_TONES = {Outcome.PASSED: "ok", Outcome.FAILED: "stop", Outcome.NOT_RUN: "", None: ""}
_WORDS = {Outcome.PASSED: "réussi", Outcome.FAILED: "en échec", Outcome.NOT_RUN: "non exécuté", None: "sans objet"}
# Worst first: one mark stands for the several verdicts of a numbered check.
_WORST = (Outcome.FAILED, Outcome.NOT_RUN, Outcome.PASSED)


@dataclass(frozen=True, slots=True)
class Mark:
    """One verdict, or one numbered check, as a sign with its word."""

    step: int
    outcome: Outcome | None
    verdict: Verdict | None = None

    @property
    def sign(self) -> str:
        """The sign."""
        return _MARKS[self.outcome]

    @property
    def tone(self) -> str:
        """The badge's colour."""
        return _TONES[self.outcome]

    @property
    def word(self) -> str:
        """The same in a word."""
        return _WORDS[self.outcome]


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange of a list."""

    trace: AccessTrace

    @property
    def tone(self) -> str:
        """The badge's colour of the result."""
        return _RESULTS[AccessResult(self.trace.result)][0]

    @property
    def sign(self) -> str:
        """The badge's sign."""
        return _RESULTS[AccessResult(self.trace.result)][1]

    @property
    def checks(self) -> list[Mark]:
        """The twelve checks; what concerns single documents (11, 12) is only there when it refused."""
        return numbered(verdicts_of(self.trace))

    @property
    def reason(self) -> str:
        """The first failed check, in words."""
        failed = explain(self.trace)
        return f"n° {failed[0].step}, {failed[0].code}" if failed else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty narrows nothing."""

    structure: str = ""
    rpps: str = ""
    transaction: str = ""
    result: str = ""

    def rows(self) -> QuerySet[AccessTrace]:
        """The traces, without order."""
        wanted: Mapping[str, str] = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        return AccessTrace.objects.filter(**wanted)


def numbered(verdicts: tuple[Verdict, ...]) -> list[Mark]:
    """One mark for each of the twelve checks: the worst of its verdicts; none when it had nothing to judge."""
    by_step: dict[int, set[Outcome]] = {}
    for verdict in verdicts:
        by_step.setdefault(verdict.step, set()).add(verdict.outcome)
    return [Mark(step, next((one for one in _WORST if one in by_step.get(step, ())), None)) for step in CHECKS]


def marks(verdicts: tuple[Verdict, ...]) -> list[Mark]:
    """Each verdict with its sign."""
    return [Mark(one.step, one.outcome, one) for one in verdicts]


def page_of(rows: QuerySet[AccessTrace], after: str) -> tuple[list[Row], str]:
    """One page, the most recent first, and the number to continue after. Indexes end with (instant, id)."""
    rows = rows.order_by("-instant", "-id")
    last = AccessTrace.objects.filter(pk=after).values_list("instant", flat=True).first() if after.isdigit() else None
    if last is not None:
        rows = rows.filter(instant__lte=last).exclude(instant=last, id__gte=int(after))
    found = list(rows[: PAGE + 1])
    return [Row(one) for one in found[:PAGE]], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
