"""Alerts as an officer reads them: the rule in words, whom they name, the traces behind the figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from tramontane.national.models import (
    AccessTrace,
    Act,
    Alert,
    AlertState,
    GeographicEntity,
    PlayedDay,
    Professional,
    SubjectKind,
    WatchedPatient,
)
from tramontane.national.monitoring.conditions import Window
from tramontane.national.monitoring.detection import traces_of
from tramontane.national.monitoring.rules import Rule, rule_book
from tramontane.national.pages.selectors import exchanges

PAGE = 50
_INVOLVED = 20
_TONES = {AlertState.OPEN: "stop", AlertState.INVESTIGATED: "warn", AlertState.CLOSED: "ok"}
_MARKS = {AlertState.OPEN: "!", AlertState.INVESTIGATED: "◐", AlertState.CLOSED: "✓"}


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in words. `rule` is None when the installation no longer has this rule; `listed`: the directory knows whom."""

    alert: Alert
    rule: Rule | None
    name: str
    listed: bool

    @property
    def title(self) -> str:
        """The rule's title."""
        return self.rule.title if self.rule else f"Règle retirée ({self.alert.rule})"

    @property
    def unit(self) -> str:
        """What the figure counts: singular and plural."""
        return self.rule.unit if self.rule else "compté,comptés"

    @property
    def tone(self) -> str:
        """The badge's colour."""
        return _TONES[AlertState(self.alert.state)]

    @property
    def mark(self) -> str:
        """The badge's sign."""
        return _MARKS[AlertState(self.alert.state)]

    @property
    def share(self) -> int | None:
        """The figure as a percentage of the whole; None without one."""
        return round(100 * self.alert.figure / self.alert.whole) if self.alert.whole else None

    @property
    def is_professional(self) -> bool:
        """It names a professional."""
        return self.alert.subject_kind == SubjectKind.PROFESSIONAL

    @property
    def is_structure(self) -> bool:
        """It names a structure."""
        return self.alert.subject_kind == SubjectKind.STRUCTURE


def search(state: str, rule: str, after: str) -> tuple[Sequence[Told], str]:
    """One page, the most recent first, and the number to continue after. Unclosed ones when no state is asked."""
    rows = Alert.objects.filter(state=state) if state in AlertState else Alert.objects.all()
    if rule:
        rows = rows.filter(rule=rule)
    if after.isdigit():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return told(found[:PAGE]), str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def told(alerts: Sequence[Alert]) -> list[Told]:
    """Alerts with their rule and the name of whom they are about."""
    names = _names(alerts)
    rules = rule_book().by_code
    return [
        Told(one, rules.get(one.rule), names.get(_key(one), f"Identifiant {one.subject}"), _key(one) in names)
        for one in alerts
    ]


def counts() -> Mapping[str, int]:
    """How many alerts in each state."""
    found = dict(Alert.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: found.get(state.value, 0) for state in AlertState}


def traces(one: Told, after: str) -> tuple[list[exchanges.Row], str]:
    """One page of the traces that the figure counts; all those of the subject when the rule is gone."""
    alert, during = one.alert, Window(one.alert.since, one.alert.until)
    if one.rule is not None:
        rows = traces_of(one.rule, alert.subject, during)
    else:
        rows = AccessTrace.objects.filter(instant__gte=during.since, instant__lt=during.until)
        rows = rows.filter(**{alert.subject_kind: alert.subject})
    found, following = exchanges.page_after(rows, after)
    return [exchanges.Row.of(one) for one in found], following


def involved(one: Told) -> list[tuple[Professional | None, str, int]]:
    """For a patient or a structure: the professionals behind the figure, with their number of calls, the busiest first."""
    if one.rule is None or one.is_professional:
        return []
    rows = traces_of(one.rule, one.alert.subject, Window(one.alert.since, one.alert.until))
    busiest = list(
        rows.exclude(rpps="").order_by().values_list("rpps").annotate(n=Count("pk")).order_by("-n", "rpps")[:_INVOLVED]
    )
    people = Professional.objects.in_bulk([rpps for rpps, _ in busiest])
    return [(people.get(rpps), rpps, number) for rpps, number in busiest]


def known(one: Told) -> bool:
    """Whether the directory knows whom a suspension would touch."""
    if one.is_professional:
        return Professional.objects.filter(pk=one.alert.subject, authorised=True).exists()
    if not one.is_structure:
        return False
    return GeographicEntity.objects.filter(pk=one.alert.subject, white_list__status="active").exists()


def played_days() -> QuerySet[PlayedDay]:
    """The days that were played, the most recent first."""
    return PlayedDay.objects.order_by("-day")


def planted_of(played: PlayedDay) -> list[tuple[str, str, Alert | None]]:
    """Each misuse planted in a played day: the rule's title, whom it names, and the alert that found it."""
    alerts = {
        (one.rule, one.subject): one for one in Alert.objects.filter(opened_at__gte=played.played_at).order_by("pk")
    }
    rules, people = rule_book().by_code, Professional.objects.in_bulk([subject for _, subject in played.planted])
    return [
        (
            rules[rule].title if rule in rules else rule,
            f"{people[subject].given_name.title()} {people[subject].family_name}, {subject}"
            if subject in people
            else subject,
            alerts.get((rule, subject)),
        )
        for rule, subject in played.planted
    ]


def history(alert: Alert) -> QuerySet[Act]:
    """The acts on an alert, the most recent first."""
    return Act.objects.filter(alert=alert).order_by("-id")


def watched() -> QuerySet[WatchedPatient]:
    """The patients under watch, the most recent first."""
    return WatchedPatient.objects.select_related("patient").order_by("-id")


def _key(alert: Alert) -> tuple[str, str]:
    return alert.subject_kind, alert.subject


def _names(alerts: Sequence[Alert]) -> Mapping[tuple[str, str], str]:
    def subjects(kind: SubjectKind) -> set[str]:
        return {one.subject for one in alerts if one.subject_kind == kind}

    people = Professional.objects.filter(pk__in=subjects(SubjectKind.PROFESSIONAL))
    places = GeographicEntity.objects.filter(pk__in=subjects(SubjectKind.STRUCTURE))
    return (
        {(SubjectKind.PROFESSIONAL.value, one.pk): f"{one.given_name.title()} {one.family_name}" for one in people}
        | {(SubjectKind.STRUCTURE.value, one.pk): one.name for one in places}
        | {(SubjectKind.PATIENT.value, one): "Un patient" for one in subjects(SubjectKind.PATIENT)}
    )
