"""Circuit breaker: after several failures in a row, stop calling for a while, then let one call try.

A pure state machine: every transition is in `TRANSITIONS`, time is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType


class State(Enum):
    """CLOSED lets every call through, OPEN none, HALF_OPEN has let one through and awaits its result."""

    CLOSED = "fermé"
    OPEN = "ouvert"
    HALF_OPEN = "à l'essai"


class Event(Enum):
    """What happens to the circuit. A refusal by the peer is a SUCCESS: the service answers."""

    ASK = "ask"
    SUCCESS = "success"
    FAILURE = "failure"
    GIVE_UP = "give up"  # the call ended without telling anything about the service (cancelled, local error)


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Opens after `failures` in a row, tries again `rest` seconds later."""

    failures: int = 5
    rest: float = 30.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """The circuit at one moment; `since` is the instant (monotonic seconds) it last opened or was last tried."""

    state: State = State.CLOSED
    failures: int = 0
    since: float = 0.0


Transition = Callable[[Circuit, BreakerPolicy, float], Circuit]


def _stay(circuit: Circuit, _policy: BreakerPolicy, _now: float) -> Circuit:
    return circuit


def _close(_circuit: Circuit, _policy: BreakerPolicy, _now: float) -> Circuit:
    return Circuit()


def _count(circuit: Circuit, policy: BreakerPolicy, now: float) -> Circuit:
    failures = circuit.failures + 1
    if failures < policy.failures:
        return replace(circuit, failures=failures)
    return Circuit(State.OPEN, failures, now)


def _open(circuit: Circuit, _policy: BreakerPolicy, now: float) -> Circuit:
    return Circuit(State.OPEN, circuit.failures, now)


def _try(circuit: Circuit, policy: BreakerPolicy, now: float) -> Circuit:
    return replace(circuit, state=State.HALF_OPEN, since=now) if _rested(circuit, policy, now) else circuit


def _reopen(circuit: Circuit, _policy: BreakerPolicy, _now: float) -> Circuit:
    """The trial told nothing: let the next call try at once, `since` unchanged since it had rested already."""
    return replace(circuit, state=State.OPEN, since=float("-inf"))


TRANSITIONS: Mapping[tuple[State, Event], Transition] = MappingProxyType(
    {
        (State.CLOSED, Event.ASK): _stay,
        (State.CLOSED, Event.SUCCESS): _close,
        (State.CLOSED, Event.FAILURE): _count,
        (State.CLOSED, Event.GIVE_UP): _stay,
        (State.OPEN, Event.ASK): _try,
        (State.OPEN, Event.SUCCESS): _stay,  # a call that left before the circuit opened
        (State.OPEN, Event.FAILURE): _stay,
        (State.OPEN, Event.GIVE_UP): _stay,
        (State.HALF_OPEN, Event.ASK): _stay,
        (State.HALF_OPEN, Event.SUCCESS): _close,
        (State.HALF_OPEN, Event.FAILURE): _open,
        (State.HALF_OPEN, Event.GIVE_UP): _reopen,
    }
)


def step(circuit: Circuit, event: Event, policy: BreakerPolicy, *, now: float) -> Circuit:
    """The circuit after `event` at `now` (monotonic seconds)."""
    return TRANSITIONS[circuit.state, event](circuit, policy, now)


def lets_through(before: Circuit, after: Circuit) -> bool:
    """Whether the ASK that led from `before` to `after` was granted."""
    return after.state is State.CLOSED or (before.state is State.OPEN and after.state is State.HALF_OPEN)


def _rested(circuit: Circuit, policy: BreakerPolicy, now: float) -> bool:
    return now - circuit.since >= policy.rest
