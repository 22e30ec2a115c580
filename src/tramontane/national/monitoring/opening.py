"""From findings to alerts: one unclosed alert a rule and subject; the same facts never open a second one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tramontane.national.models import Alert, AlertState
from tramontane.national.monitoring.detection import Finding, findings
from tramontane.national.monitoring.rules import Rule, rule_book


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: alerts opened, alerts still unclosed that it found again."""

    opened: int
    found_again: int


def sweep(day: date, at: datetime, rules: Iterable[Rule] | None = None) -> Swept:
    """Look at one French day with every rule; open what is new. Doing it twice opens nothing more.

    Args:
        at: instant of opening, aware.
        rules: those of the installation when left out.
    """
    found = [one for rule in (rule_book().rules if rules is None else rules) for one in findings(rule, day)]
    with transaction.atomic():
        new = [_open(one, at) for one in found]
    return Swept(sum(one is True for one in new), sum(one is False for one in new))


def _open(found: Finding, at: datetime) -> bool | None:
    """True: opened. False: an unclosed alert knows it now. None: a closed one has already answered for it."""
    same = Alert.objects.filter(rule=found.rule.code, subject_kind=found.rule.subject, subject=found.subject)
    unclosed = same.exclude(state=AlertState.CLOSED).select_for_update().first()
    if unclosed is not None:
        _extend(unclosed, found)
        return False
    # A closed alert answers for its own facts: overlapping windows reopen only for more than it saw.
    if same.filter(until__gt=found.during.since, figure__gte=found.figure).exists():
        return None
    Alert.objects.create(
        rule=found.rule.code,
        subject_kind=found.rule.subject,
        subject=found.subject,
        figure=found.figure,
        threshold=found.rule.threshold,
        whole=found.whole,
        since=found.during.since,
        until=found.during.until,
        opened_at=at,
    )
    return True


def _extend(alert: Alert, found: Finding) -> None:
    alert.since = min(alert.since, found.during.since)
    alert.until = max(alert.until, found.during.until)
    if found.figure > alert.figure:
        alert.figure, alert.whole = found.figure, found.whole
    alert.save(update_fields=["since", "until", "figure", "whole"])
