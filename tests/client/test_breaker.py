"""The circuit breaker: a table, walked without any clock."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.client.breaker import TRANSITIONS, BreakerPolicy, Circuit, Event, State, lets_through, step

POLICY = BreakerPolicy(failures=3, rest=10.0)


def walk(*events: tuple[Event, float], start: Circuit | None = None) -> Circuit:
    circuit = start or Circuit()
    for event, now in events:
        circuit = step(circuit, event, POLICY, now=now)
    return circuit


def asked(circuit: Circuit, now: float) -> bool:
    return lets_through(circuit, step(circuit, Event.ASK, POLICY, now=now))


OPENED = walk(*[(Event.FAILURE, 1.0)] * 3)


def test_the_table_knows_every_event_in_every_state() -> None:
    assert set(TRANSITIONS) == set(itertools.product(State, Event))


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    assert walk((Event.FAILURE, 1.0), (Event.FAILURE, 1.0)).state is State.CLOSED
    assert OPENED.state is State.OPEN


def test_a_success_forgets_the_failures_before_it() -> None:
    assert walk((Event.FAILURE, 1.0), (Event.FAILURE, 1.0), (Event.SUCCESS, 1.0), (Event.FAILURE, 1.0)).failures == 1


@pytest.mark.parametrize(("now", "granted"), [(10.9, False), (11.0, True)])
def test_once_open_it_lets_nothing_through_before_its_rest(now: float, granted: bool) -> None:
    assert asked(OPENED, now) is granted


def test_only_one_call_tries_after_the_rest() -> None:
    trying = step(OPENED, Event.ASK, POLICY, now=11.0)
    assert trying.state is State.HALF_OPEN
    assert not asked(trying, 12.0)


def test_the_trial_that_succeeds_closes_it() -> None:
    assert walk((Event.ASK, 11.0), (Event.SUCCESS, 11.5), start=OPENED) == Circuit()


def test_the_trial_that_fails_opens_it_for_another_rest() -> None:
    again = walk((Event.ASK, 11.0), (Event.FAILURE, 12.0), start=OPENED)
    assert again.state is State.OPEN
    assert not asked(again, 21.9)
    assert asked(again, 22.0)


def test_the_trial_that_tells_nothing_leaves_its_place_to_the_next_call() -> None:
    assert asked(walk((Event.ASK, 11.0), (Event.GIVE_UP, 11.1), start=OPENED), 11.2)


def test_calls_that_left_before_it_opened_change_nothing() -> None:
    assert walk((Event.SUCCESS, 2.0), (Event.FAILURE, 2.0), (Event.GIVE_UP, 2.0), start=OPENED) == OPENED


@given(st.lists(st.tuples(st.sampled_from(Event), st.floats(0, 5)), max_size=60))
def test_whatever_happens_it_never_stays_shut_for_ever(events: list[tuple[Event, float]]) -> None:
    now, circuit = 0.0, Circuit()
    for event, elapsed in events:
        now += elapsed
        circuit = step(circuit, event, POLICY, now=now)
    if circuit.state is State.HALF_OPEN:
        circuit = step(circuit, Event.FAILURE, POLICY, now=now)
    assert asked(circuit, now + POLICY.rest + 1)
