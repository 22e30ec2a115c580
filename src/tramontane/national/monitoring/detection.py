"""What a rule finds on a day: one aggregate query, and a second one for those that a share must confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncHour

from tramontane.national.judge.facts import FRANCE
from tramontane.national.monitoring.conditions import Traces, Window, counted, window
from tramontane.national.monitoring.rules import Rule

# A database takes a limited number of parameters in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """A subject whose figure reached the threshold; `whole` is what the share is taken of, None without a share."""

    rule: Rule
    subject: str
    figure: int
    during: Window
    whole: int | None = None


def findings(rule: Rule, day: date) -> list[Finding]:
    """Everyone whom this rule points at on that French day."""
    during = window(day, rule.days)
    figures = _figures(rule, during)
    if rule.of is None:
        return [Finding(rule, subject, figure, during) for subject, figure in figures.items()]
    wholes = dict(_wholes(rule, during, figures))
    return [
        Finding(rule, subject, figure, during, wholes[subject])
        for subject, figure in figures.items()
        if figure >= rule.share * wholes[subject]
    ]


def traces_of(rule: Rule, subject: str, during: Window) -> Traces:
    """The traces behind a finding: the ones its figure counts."""
    return counted(rule.where, during).filter(**{rule.subject: subject})


def _figures(rule: Rule, during: Window) -> Mapping[str, int]:
    """Subject → figure, for figures that reach the threshold; per hour, the worst hour."""
    keys: list[str] = [rule.subject]
    rows = counted(rule.where, during).exclude(**{rule.subject: ""})
    if rule.count == "repeats":
        rows = rows.exclude(assertion_id="")
    if rule.per == "hour":
        rows, keys = rows.annotate(hour=TruncHour("instant", tzinfo=FRANCE)), [*keys, "hour"]
    found = (
        rows.order_by()
        .values(*keys)
        .annotate(figure=_counting(rule))
        .filter(figure__gte=rule.threshold)
        .values_list(rule.subject, "figure")
    )
    return _largest(found.iterator())


def _wholes(rule: Rule, during: Window, subjects: Iterable[str]) -> Iterator[tuple[str, int]]:
    assert rule.of is not None, "a share is taken of something"
    known = list(subjects)
    for start in range(0, len(known), _AT_ONCE):
        rows = counted(rule.of, during).filter(**{f"{rule.subject}__in": known[start : start + _AT_ONCE]})
        yield from rows.order_by().values(rule.subject).annotate(n=_counting(rule)).values_list(rule.subject, "n")


def _counting(rule: Rule) -> Combinable:
    if rule.count == "repeats":
        return Count("id") - Count("assertion_id", distinct=True)
    return Count(F(rule.count), distinct=True)


def _largest(rows: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for subject, figure in rows:
        found[subject] = max(figure, found.get(subject, 0))
    return found
