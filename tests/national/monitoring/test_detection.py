"""What each condition keeps, to the minute; what a share confirms; whose traces are behind a figure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import pytest

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import AccessTrace
from tramontane.national.monitoring.conditions import counted, window
from tramontane.national.monitoring.detection import findings, traces_of
from tramontane.national.monitoring.rules import Conditions, Rule, rule_book

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 11, 18)


def paris(hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=FRANCE)


def trace(at: datetime, **values: str) -> AccessTrace:
    defaults = {
        "transaction": "TD3.1",
        "result": "granted",
        "rpps": "1",
        "structure": "s",
        "ins": "a",
        "access_mode": "normal",
    }
    return AccessTrace.objects.create(instant=at, service="registry", **(defaults | values))


def rule(code: str, **changes: object) -> Rule:
    return msgspec.structs.replace(rule_book().by_code[code], **changes)


def test_a_window_is_french_days_even_when_the_clocks_change() -> None:
    spring = window(date(2026, 3, 29), 1)
    assert spring.until.timestamp() - spring.since.timestamp() == 23 * 3600
    assert window(WEDNESDAY, 7).since == paris(0, day=date(2026, 11, 12))


def test_nights_and_weekends_begin_and_end_to_the_minute() -> None:
    night = Conditions(night_or_weekend=True)
    for at in (paris(6, 59), paris(20), paris(7), paris(19, 59)):
        trace(at)
    kept = {one.instant.astimezone(FRANCE).hour for one in counted(night, window(WEDNESDAY, 1))}
    assert kept == {6, 20}
    saturday = WEDNESDAY + timedelta(days=3)
    trace(paris(12, day=saturday))
    assert counted(night, window(saturday, 1)).count() == 1


def test_the_worst_hour_counts_and_the_same_patient_counts_once() -> None:
    for index in range(3):
        trace(paris(9, index), ins=f"p{index}")
        trace(paris(9, 30), ins=f"p{index}")
    trace(paris(10), ins="p9")
    found = findings(rule("volume-horaire", threshold=3), WEDNESDAY)
    assert [(one.subject, one.figure) for one in found] == [("1", 3)]
    assert findings(rule("volume-horaire", threshold=4), WEDNESDAY) == []
    assert traces_of(found[0].rule, "1", found[0].during).count() == 7


def test_an_episode_is_what_the_same_structure_declared_or_fed() -> None:
    wanted, during = Conditions(transactions=("TD3.1",), without_episode=True), window(WEDNESDAY, 1)
    trace(paris(9), ins="declared")
    trace(paris(9), ins="elsewhere")
    trace(paris(9), ins="refused")
    trace(paris(8, day=date(2026, 10, 1)), ins="declared", transaction="TD0.3")
    trace(paris(8), ins="elsewhere", transaction="TD0.3", structure="t")
    trace(paris(8), ins="refused", transaction="TD0.3", result="refused")
    assert {one.ins for one in counted(wanted, during)} == {"elsewhere", "refused"}
    new = Conditions(transactions=("TD3.1",), new_to_structure=True)
    assert {one.ins for one in counted(new, during)} == {"elsewhere", "refused"}


def test_a_share_confirms_or_clears() -> None:
    for index in range(4):
        trace(paris(9, index), ins=f"p{index}", access_mode="bris_de_glace")
    asked = rule("bris-de-glace", threshold=4, share=0.5)
    assert [(one.figure, one.whole) for one in findings(asked, WEDNESDAY)] == [(4, 4)]
    for index in range(5):
        trace(paris(10, index), ins=f"q{index}")
    assert findings(asked, WEDNESDAY) == []


def test_only_presentations_beyond_the_first_count_and_calls_without_a_token_do_not() -> None:
    for token in ("a", "b", "b", "b", "", "", ""):
        trace(paris(9), assertion_id=token, result="refused")
    assert [one.figure for one in findings(rule("jeton-represente"), WEDNESDAY)] == [2]


def test_calls_that_name_nobody_name_nobody() -> None:
    for index in range(40):
        trace(paris(9), rpps="", ins=f"p{index}")
    assert findings(rule("volume-horaire"), WEDNESDAY) == []
