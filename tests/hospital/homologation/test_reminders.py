"""Reminders: rows that survive a missed run, raised once, closed with what they were about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from support.homologation_scene import Scene
from support.hospital import login, make_account, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.config.duties import DUTIES
from tramontane.hospital.homologation import reminder_calendar
from tramontane.hospital.homologation.models import Action, Dossier, Homologation, Reminder, Reserve
from tramontane.hospital.homologation.selectors import reminders
from tramontane.hospital.homologation.services import moving, registering, reminding
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import PARIS
from tramontane.rules.homologation import DossierState, Level

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The instant, in a list: the test moves it."""
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def scene(now: list[datetime], settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return Scene.new()


def sweep(scene: Scene) -> int:
    return reminding.sweep_entity(scene.entity, clock.now())


def raised(scene: Scene, kind: str) -> list[Reminder]:
    return list(reminders.raised(scene.entity).filter(kind=kind))


def test_the_periodic_command_sweeps_the_reminders(scene: Scene) -> None:
    scene.signed(months=12)
    duty = next(one for one in DUTIES if one.code == "reminders")
    assert duty.do(NOW) == 0
    assert Reminder.objects.filter(kind="homologation", raised_at=None).count() == 3


def test_a_sweep_writes_once_and_raises_on_the_day(scene: Scene, now: list[datetime]) -> None:
    scene.signed(months=12)
    sweep(scene)
    written = Reminder.objects.count()
    assert sweep(scene) == 0
    assert Reminder.objects.count() == written
    first = reminders.coming(scene.entity).filter(kind="homologation").first()
    assert first is not None
    now[0] += first.remind_on - moving.today()
    assert sweep(scene) == 1
    assert sweep(scene) == 0
    assert Trace.objects.filter(event="homologation.rappel", detail__move="émis").count() == 1


def test_after_months_of_missed_runs_one_reminder_is_raised_not_three(scene: Scene, now: list[datetime]) -> None:
    signed = scene.signed(months=12)
    now[0] += timedelta(days=350)
    assert sweep(scene) >= 1
    found = raised(scene, "homologation")
    assert len(found) == 1
    assert (found[0].due_on - found[0].remind_on).days == 30
    assert found[0].due_on.year == signed.signed_on.year + 1


def test_a_nearer_reminder_takes_the_place_of_the_one_nobody_dealt_with(scene: Scene, now: list[datetime]) -> None:
    scene.signed(months=12)
    sweep(scene)
    seen = []
    for days in (190, 90, 60):
        now[0] += timedelta(days=days)
        sweep(scene)
        seen += [(row.due_on - row.remind_on).days for row in raised(scene, "homologation")]
    assert seen == [180, 90, 30]


def test_what_somebody_dealt_with_is_not_raised_again(scene: Scene, now: list[datetime]) -> None:
    scene.signed(months=12)
    now[0] += timedelta(days=190)
    sweep(scene)
    (row,) = raised(scene, "homologation")
    reminding.close(row, actor=scene.actor)
    reminding.close(row, actor=scene.actor)
    sweep(scene)
    assert raised(scene, "homologation") == []
    assert Trace.objects.filter(event="homologation.rappel", detail__move="traité").count() == 1


def test_a_reserve_lifted_closes_its_reminders_and_its_actions_too(scene: Scene, now: list[datetime]) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    now[0] += timedelta(days=118)
    sweep(scene)
    assert len(raised(scene, "reserve")) == len(raised(scene, "action")) == 1
    reserve = dossier.reserves.get()
    type(reserve).objects.update(lifted_on=moving.today())
    sweep(scene)
    assert raised(scene, "reserve") == raised(scene, "action") == []
    type(reserve).objects.update(lifted_on=None)
    sweep(scene)
    assert len(raised(scene, "reserve")) == 1  # open again: it was closed by nobody


def test_an_homologation_that_expired_is_said_until_the_next_is_signed_and_its_reserves_with_it(
    scene: Scene, now: list[datetime]
) -> None:
    first = scene.signed(months=1, unmet=("exi-20",))
    now[0] += timedelta(days=130)
    sweep(scene)
    assert len(raised(scene, "homologation")) == len(raised(scene, "reserve")) == 1
    next_dossier = scene.open()
    sweep(scene)
    assert [row.key for row in raised(scene, "reserve")] == [str(first.dossier.reserves.get().pk)], "said once"
    signed_later(first, next_dossier)
    sweep(scene)
    assert str(first.pk) not in [row.key for row in raised(scene, "homologation")]
    assert [row.key for row in raised(scene, "reserve")] == [str(next_dossier.reserves.get().pk)]


def signed_later(first: Homologation, dossier: Dossier) -> None:
    """The renewal, signed today, after the first expired: nothing marks the first as replaced."""
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.HOMOLOGATED.value)
    values = {field.attname: getattr(first, field.attname) for field in Homologation._meta.concrete_fields}
    Homologation.objects.create(**values | {"id": None, "dossier_id": dossier.pk, "signed_on": moving.today()})


def test_a_reminder_says_who_answers_for_the_action_today(scene: Scene, now: list[datetime]) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    sweep(scene)
    Action.objects.update(owner="Claire Dubois")
    Action.objects.update(title="x" * 200)
    sweep(scene)
    titles = {row.title for row in reminders.coming(scene.entity).filter(kind="action")}
    assert titles == {f"Action : {'x' * 200} (Claire Dubois)"}


@pytest.mark.parametrize("due", ["2027-03-28", "2027-10-31", "2028-02-29"], ids=["spring", "autumn", "leap day"])
def test_a_deadline_is_one_event_that_moves_with_it(scene: Scene, now: list[datetime], due: str) -> None:
    dossier, day = scene.open(), date.fromisoformat(due)
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20", day)
    before = events(scene)["Réserve"]
    assert (before["sequence"], before.decoded("dtstart")) == (0, day)
    alarms = [alarm["trigger"] for alarm in before.walk("VALARM")]
    assert [one.params["VALUE"] for one in alarms] == ["DATE-TIME"] * 2
    assert all(one.to_ical().endswith(b"Z") for one in alarms)
    in_paris = [one.dt.astimezone(PARIS) for one in alarms]
    assert [(day - one.date()).days for one in in_paris] == [30, 7]
    assert {one.hour for one in in_paris} == {9}
    Reserve.objects.update(due=day + timedelta(days=10))
    after = events(scene)["Réserve"]
    assert after["uid"] == before["uid"]
    assert (after["sequence"], after.decoded("dtstart")) == (1, day + timedelta(days=10))


def events(scene: Scene) -> dict[str, Any]:
    """The events of the calendar after a sweep, by category: one each."""
    sweep(scene)
    found = Calendar.from_ical(reminder_calendar.calendar(scene.entity.reminders.all())).walk("VEVENT")
    named = {str(event["categories"].cats[0]): event for event in found}
    assert len(named) == len(found)
    return named


def test_a_changed_support_is_seen_without_anyone_opening_a_page_and_said_once(
    scene: Scene, now: list[datetime]
) -> None:
    signed = scene.signed(months=12)
    system = registering.register(scene.entity, "DPI", "Éditeur", actor=scene.actor)
    registering.add_version(system, VersionFacts("1", moving.today()), actor=scene.actor)
    sweep(scene)
    assert raised(scene, "declencheur") == []  # the software was unknown when it was signed: nothing is concluded
    signed.dossier.sections.update(text="Autre texte")
    sweep(scene)
    assert [one.title for one in raised(scene, "declencheur")] == [
        "Le support documentaire a changé depuis la signature."
    ]
    now[0] += timedelta(days=1)
    assert sweep(scene) == 0


def test_a_changed_version_is_a_trigger_and_another_change_another_trigger(scene: Scene, now: list[datetime]) -> None:
    system = registering.register(scene.entity, "DPI", "Éditeur", actor=scene.actor)
    today = moving.today()
    registering.add_version(system, VersionFacts("1", today), actor=scene.actor)
    scene.signed(months=12)
    for number in ("2", "3"):
        registering.add_version(system, VersionFacts(number, today), actor=scene.actor)
        sweep(scene)
        (row,) = raised(scene, "declencheur")
        assert "configuration logicielle" in row.title
        reminding.close(row, actor=scene.actor)


def test_a_planned_deployment_is_reminded_of_until_it_is_done(scene: Scene, now: list[datetime]) -> None:
    system = registering.register(scene.entity, "DPI", "Éditeur", actor=scene.actor)
    service, today = make_service(scene.entity), moving.today()
    registering.deploy(system, service, today + timedelta(days=10), None, actor=scene.actor)
    sweep(scene)
    assert len(raised(scene, "deploiement")) == 1
    registering.deploy(system, service, today, today, actor=scene.actor)
    sweep(scene)
    assert raised(scene, "deploiement") == []


def test_the_page_and_its_calendar_show_what_is_due_to_those_of_the_establishment(
    client: Client, scene: Scene, now: list[datetime]
) -> None:
    login(client, scene.account)
    assert "Aucun rappel à traiter." in client.get("/homologation/rappels/").content.decode()
    scene.signed(months=12)
    now[0] += timedelta(days=190)
    sweep(scene)
    login(client, scene.account)
    assert "1\u00a0rappel à traiter." in client.get("/homologation/rappels/").content.decode()
    events = Calendar.from_ical(client.get("/homologation/rappels/rappels.ics").content).walk("VEVENT")
    assert {event["summary"] for event in events} == {"L’homologation (référentiel DMP) expire"}
    assert all(event.walk("VALARM") for event in events)
    (row,) = raised(scene, "homologation")
    stranger = Client()
    login(stranger, make_account(roles=(Role.HOMOLOGATION,)))
    assert stranger.post(reverse("homologation:close-reminder", args=[row.pk])).status_code == 404
    client.post(reverse("homologation:close-reminder", args=[row.pk]))
    assert raised(scene, "homologation") == []
