"""Exchanges as the operator reads them: who, what, and the verdict of each of the twelve checks. Read by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from tramontane.dmp.verdicts import Outcome, Verdict, failures
from tramontane.national.judge.names import CHECK_NAMES
from tramontane.national.models import AccessResult, AccessTrace, FailedCheck
from tramontane.national.monitoring.playing import SERVICE
from tramontane.national.tracing import verdicts_of

PAGE = 50
COUNTED = 1_000
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
    """One exchange of a list, its verdicts decoded once."""

    trace: AccessTrace
    verdicts: tuple[Verdict, ...]

    @classmethod
    def of(cls, trace: AccessTrace) -> Row:
        """A trace as the lists show it."""
        return cls(trace, verdicts_of(trace))

    @property
    def tone(self) -> str:
        """The badge's colour of the result."""
        return _RESULTS[AccessResult(self.trace.result)][0]

    @property
    def sign(self) -> str:
        """The badge's sign."""
        return _RESULTS[AccessResult(self.trace.result)][1]

    @property
    def played(self) -> bool:
        """It belongs to a day that an operator played: no client made it, nobody judged it."""
        return self.trace.service == SERVICE

    @property
    def checks(self) -> list[Mark]:
        """The twelve checks; what concerns single documents (11, 12) is only there when it refused."""
        return numbered(self.verdicts)

    @property
    def reason(self) -> str:
        """The first failed check, in words."""
        failed = failures(self.verdicts)
        return f"n° {failed[0].step}, {failed[0].code}" if failed else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; what is empty narrows nothing, the rest adds up.

    Attributes:
        step: number of a check that failed.
        lasting: only the exchanges since then, aware.
    """

    structure: str = ""
    rpps: str = ""
    transaction: str = ""
    result: str = ""
    step: int | None = None
    since: datetime | None = None

    @property
    def key(self) -> str:
        """The column that numbers the traces in `rows`."""
        return "id" if self.step is None else "trace_id"

    def rows(self) -> QuerySet[AccessTrace] | QuerySet[FailedCheck]:
        """The traces, without order; with a failed check, what failed, which copies every column asked here."""
        if self.step is None:
            return AccessTrace.objects.filter(**self._columns())
        return FailedCheck.objects.filter(step=self.step, **self._columns()).select_related("trace")

    def failed_checks(self, since: datetime) -> dict[int, int]:
        """How many times each check failed since then, under the other filters."""
        rows = FailedCheck.objects.filter(**self._columns() | {"instant__gte": max(filter(None, (since, self.since)))})
        return dict(rows.order_by().values_list("step").annotate(Count("pk")))

    def _columns(self) -> dict[str, Any]:
        wanted = {name: getattr(self, name) for name in ("structure", "rpps", "transaction", "result")}
        return {name: value for name, value in wanted.items() if value} | (
            {"instant__gte": self.since} if self.since else {}
        )


def numbered(verdicts: tuple[Verdict, ...]) -> list[Mark]:
    """One mark for each of the twelve checks: the worst of its verdicts; none when it had nothing to judge."""
    by_step: dict[int, set[Outcome]] = {}
    for verdict in verdicts:
        by_step.setdefault(verdict.step, set()).add(verdict.outcome)
    return [Mark(step, next((one for one in _WORST if one in by_step.get(step, ())), None)) for step in CHECK_NAMES]


def marks(verdicts: tuple[Verdict, ...]) -> list[Mark]:
    """Each verdict with its sign."""
    return [Mark(one.step, one.outcome, one) for one in verdicts]


def page_of(wanted: Filter, after: str) -> tuple[list[Row], str]:
    """One page of what is wanted, the most recent first, and the number to continue after."""
    found, following = page_after(wanted.rows(), after, wanted.key)
    return [Row.of(one.trace if isinstance(one, FailedCheck) else one) for one in found], following


def count_of(wanted: Filter) -> int:
    """How many there are; one more than `COUNTED` means « more than that »: nobody waits for the exact figure."""
    return wanted.rows().order_by()[: COUNTED + 1].count()


def page_after(rows: QuerySet[Any], after: str, key: str = "id") -> tuple[list[Any], str]:
    """One page, the most recent first, and the number to continue after. Indexes end with (instant, `key`)."""
    rows = rows.order_by("-instant", f"-{key}")
    last = AccessTrace.objects.filter(pk=after).values_list("instant", flat=True).first() if after.isdigit() else None
    if last is not None:
        rows = rows.filter(instant__lte=last).exclude(**{"instant": last, f"{key}__gte": int(after)})
    found = list(rows[: PAGE + 1])
    following = str(getattr(found[PAGE - 1], "trace_id" if key == "trace_id" else "pk")) if len(found) > PAGE else ""
    return found[:PAGE], following
