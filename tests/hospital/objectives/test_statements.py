"""A year whose figures are known: closed month by month, proven again from the raw traces, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from support.activity import FIGURES, MICRO, Activity
from support.hospital import login, make_account, make_episode, make_legal_entity, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.selectors.facts import gather
from tramontane.hospital.objectives.selectors.statements import facts_of, figures_of, in_force
from tramontane.hospital.objectives.services import choosing, closing, live
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.objectives.services.verifying import verify
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.patients.services import Declaration, declare
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record
from tramontane.rules.objectives import MonthFacts, figures
from tramontane.rules.objectives.periods import bounds, parse

pytestmark = pytest.mark.django_db
Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock of the application."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_to


def system(entity: LegalEntity) -> Actor:
    return Actor(entity.finess_juridique, account_name="essai")


def counted(facts: MonthFacts) -> dict[str, tuple[int, int]]:
    return {f"{one.objective}/{one.year}": (one.numerator, one.denominator) for one in figures(facts)}


def assert_true(activity: Activity, at: Clock) -> None:
    for rank, truth in enumerate(activity.truths):
        month = bounds_month(activity, rank)
        at(activity.edges(rank)[1] + timedelta(minutes=1))
        statement = closing.close(activity.entity, month, actor=system(activity.entity))
        found = counted(facts_of(statement))
        assert {name: found[name] for name in FIGURES} == {name: truth.of(name) for name in FIGURES}, month
        flows = {flow.service: flow for flow in facts_of(statement).flows if flow.service}
        assert {pk: (flow.patients, flow.collected) for pk, flow in flows.items()} == {
            pk: (count["patients"], count["collected"]) for pk, count in truth.services.items()
        }


def bounds_month(activity: Activity, rank: int) -> date:
    """The first day of a month: two days in, no time zone matters."""
    return (activity.edges(rank)[0] + timedelta(days=2)).date().replace(day=1)


def test_every_figure_of_a_year_is_the_one_it_was_made_of(at: Clock) -> None:
    activity = Activity().make()
    assert_true(activity, at)
    for statement in in_force(activity.entity):
        proof = verify(statement)
        assert (proof.broken, proof.moved) == ([], [])
        assert proof.traces == statement.traces > 0


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_of_other_years(seed: int, at: Clock) -> None:
    assert_true(Activity(users=200, patients=3_000, seed=seed, first=date(2024 + seed, 7, 1)).make(), at)


@pytest.mark.campaign
def test_every_figure_of_a_hospital_of_3000_users_and_120000_patients(at: Clock) -> None:
    assert_true(Activity(users=3_000, patients=120_000).make(), at)


@pytest.fixture
def closed(at: Clock) -> Statement:
    activity = Activity(users=8, patients=24, months=2).make()
    at(activity.edges(0)[1] + timedelta(minutes=1))
    return closing.close(activity.entity, date(2026, 1, 1), actor=system(activity.entity))


def test_a_month_that_is_not_over_is_not_closed(at: Clock) -> None:
    entity = make_legal_entity()
    at(bounds(date(2026, 3, 1))[1] - MICRO)
    make_account(entity)
    with pytest.raises(ObjectivesError, match="n’est pas terminé"):
        closing.close(entity, date(2026, 3, 1), actor=system(entity))
    at(bounds(date(2026, 3, 1))[1])
    assert closing.close(entity, date(2026, 3, 15), actor=system(entity)).month == date(2026, 3, 1)


def test_closing_again_gives_the_same_statement(closed: Statement) -> None:
    again = closing.close(closed.legal_entity, closed.month, actor=system(closed.legal_entity))
    assert (again.pk, again.sha256) == (closed.pk, closed.sha256)


def test_a_late_entry_changes_nothing_until_a_correction_says_why(closed: Statement, at: Clock) -> None:
    entity = closed.legal_entity
    _, end = bounds(closed.month)
    make_episode(Patient.objects.filter(legal_entity=entity)[0], starts_at=end - MICRO)
    assert verify(closed).holds
    assert "Venues" in verify(closed).moved[0]
    at(clock.now() + timedelta(days=1))
    corrected = closing.close(entity, closed.month, actor=system(entity), motive="venue saisie après coup")
    assert (corrected.number, corrected.motive) == (2, "venue saisie après coup")
    assert verify(corrected).moved == []
    assert [one.pk for one in in_force(entity)] == [corrected.pk]
    assert verify(closed).broken == []


def test_a_month_before_the_first_account_is_not_closed(at: Clock) -> None:
    entity = make_legal_entity()
    make_account(entity, created_at=bounds(date(2026, 2, 1))[0])
    at(bounds(date(2026, 2, 1))[1])
    with pytest.raises(ObjectivesError, match="aucun compte"):
        closing.close(entity, date(2026, 1, 1), actor=system(entity))
    assert closing.due(entity, clock.now()) == [date(2026, 2, 1)]


@pytest.mark.parametrize("key", ["0001-01", "9999-12", "2026-13", "2026-1-1", ""])
def test_what_is_no_month_is_not_read_as_one(key: str) -> None:
    with pytest.raises(ValueError, match=r"calendrier|match|unconverted|time data"):
        parse(key)


def test_a_correction_needs_something_to_correct(at: Clock) -> None:
    entity = make_legal_entity()
    make_account(entity, created_at=bounds(date(2026, 1, 1))[0])
    with pytest.raises(ObjectivesError, match="rien à corriger"):
        closing.close(entity, date(2026, 1, 1), actor=system(entity), motive="pour voir")


@pytest.mark.parametrize("change", [{"figures": []}, {"traces": 3}, {"sha256": "0" * 64}])
def test_a_statement_cannot_be_changed_nor_removed(closed: Statement, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        Statement.objects.filter(pk=closed.pk).update(**change)
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        Statement.objects.filter(pk=closed.pk).delete()


def test_a_changed_statement_is_seen(closed: Statement) -> None:
    row = next(one for one in closed.figures if one["objective"] == "2.1" and one["year"] == "2027")
    row["numerator"] += 1
    assert any("empreinte" in sentence for sentence in verify(closed).broken)
    closed.sha256 = closing.digest(closed)  # even by someone who makes the digest again
    assert any("découlent" in sentence for sentence in verify(closed).broken)


def test_a_fact_changed_with_its_figures_is_seen_in_the_traces(closed: Statement) -> None:
    facts = facts_of(closed)
    import msgspec

    everybody = tuple(msgspec.structs.replace(one, consulted=True) for one in facts.members)
    forged = msgspec.structs.replace(facts, members=everybody)
    closed.facts = msgspec.to_builtins(forged, str_keys=True)
    closed.figures = msgspec.to_builtins(figures(forged))
    closed.sha256 = closing.digest(closed)
    assert verify(closed).broken == ["Recalculés depuis les traces, les chiffres diffèrent."]


def test_a_trace_that_disappears_or_changes_is_seen(closed: Statement) -> None:
    from support import append_only

    append_only.open_up(connection)
    try:
        proven = Trace.objects.filter(event="dmp.reponse").order_by("id")[0]
        Trace.objects.filter(pk=proven.pk).update(outcome="échoué")
        assert any(f"La trace {proven.pk}" in sentence for sentence in verify(closed).broken)
        proven.delete()
        assert any("relues" in sentence for sentence in verify(closed).broken)
    finally:
        append_only.close(connection)


def test_figures_so_far_stop_at_the_present_instant(at: Clock) -> None:
    service = make_service()
    account = make_account(services=(service,), created_at=datetime(2026, 1, 1, tzinfo=UTC))
    noon = datetime(2026, 11, 15, 12, tzinfo=UTC)
    for moment in (noon - MICRO, noon):
        at(moment)
        with transaction.atomic():
            record(
                Event("dmp.reponse", actor(account, None), transaction="TD3.1", outcome="répondu", access_mode="normal")
            )
    seen = [gather(account.legal_entity, date(2026, 11, 1), when) for when in (noon - MICRO, noon)]
    assert [facts.members[0].consulted for facts in seen] == [False, True]
    assert seen[0].day == date(2026, 11, 15)


def test_an_opposition_holds_for_later_visits_until_a_consent_lifts_it(at: Clock) -> None:
    service = make_service()
    entity = service.geographic_entity.legal_entity
    patient = make_patient(entity)
    days = [datetime(2026, month, 10, tzinfo=UTC) for month in (3, 4, 5, 6)]
    march, april, may, june = (make_episode(patient, service, starts_at=day) for day in days)
    for episode, choice, day in ((march, "opposition", days[0]), (may, "consent", days[2])):
        at(day)
        declare(patient, Declaration("consultation", choice, episode), actor=system(entity))
    ends = [bounds(day.date())[1] for day in days]
    collected = [gather(entity, day.date(), end).flows[0].collected for day, end in zip(days, ends, strict=True)]
    # April: the opposition of March stands. June: the consent was given for May's visit, nothing was collected since.
    assert collected == [1, 1, 1, 0]
    assert april.pk
    assert june.pk
    assert ConsentRecord.objects.count() == 2


def test_a_login_says_in_its_trace_how_many_factors_it_had(client: Any) -> None:
    from django.test import RequestFactory

    from tramontane.hospital.accounts import proof, sessions

    account = make_account()
    login(client, account)
    for means, said in (("totp", "deux facteurs"), ("recovery", "un facteur")):
        request = RequestFactory().get("/")
        request.session = client.session
        sessions.begin(request, account, proof.local(means, clock.now()))
        last = Trace.objects.filter(event="connexion.reussie").latest("id")
        assert (last.outcome, last.account_id) == (said, account.pk)


def test_due_months_are_made_up_for_one_after_the_other(at: Clock, closed: Statement) -> None:
    now = bounds(date(2026, 4, 1))[1]
    assert closing.due(closed.legal_entity, now) == [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    fresh = make_account(created_at=datetime(2026, 1, 1, tzinfo=UTC)).legal_entity
    assert closing.due(fresh, now) == [date(2026, 4, 1)]
    assert closing.due(make_legal_entity(), now) == []
    assert figures_of(closed)


def test_figures_so_far_are_kept_for_five_minutes_unless_their_reading_changes(at: Clock) -> None:
    service = make_service()
    entity = service.geographic_entity.legal_entity
    noon = datetime(2026, 11, 15, 12, tzinfo=UTC)
    at(noon)
    assert live.so_far(entity, noon)[0].flows == ()
    make_episode(make_patient(entity), service, starts_at=noon - timedelta(hours=1))
    facts, read_at = live.so_far(entity, noon + timedelta(minutes=4))
    assert (facts.flows, read_at) == ((), noon)
    choosing.choose(entity, "types_de_venue", "hospitalisations", actor=system(entity))
    assert live.so_far(entity, noon + timedelta(minutes=4))[0].flows[0].patients == 1
    later = noon + timedelta(minutes=10)
    assert live.so_far(entity, later)[1] == later
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert live.so_far(entity, december)[0].month == "2026-12"
