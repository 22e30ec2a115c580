"""Trying again: only what is harmless, a bounded number of times, after a bounded pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.client import (
    AnswerTooLarge,
    CircuitOpen,
    DeadlineExceeded,
    Phase,
    RetryPolicy,
    ServiceUnavailable,
    TlsRefused,
    TransportError,
)

POLICY = RetryPolicy(attempts=3, first_pause=0.2, longest_pause=0.5)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", [TransportError, ServiceUnavailable])
def test_an_idempotent_transaction_is_tried_again_whatever_the_phase(kind: type[TransportError], phase: Phase) -> None:
    assert POLICY.allows(kind("coupure", phase=phase), attempt=1, idempotent=True)


@pytest.mark.parametrize("phase", Phase)
def test_another_one_never_is(phase: Phase) -> None:
    assert not POLICY.allows(TransportError("coupure", phase=phase), attempt=1, idempotent=False)


@pytest.mark.parametrize("kind", [AnswerTooLarge, CircuitOpen, DeadlineExceeded, TlsRefused])
def test_what_would_fail_the_same_way_is_not_tried_again(kind: type[TransportError]) -> None:
    assert not POLICY.allows(kind("non", phase=Phase.TLS), attempt=1, idempotent=True)


def test_attempts_are_bounded() -> None:
    error = TransportError("coupure", phase=Phase.WAITING)
    assert [POLICY.allows(error, attempt=attempt, idempotent=True) for attempt in (1, 2, 3, 4)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_pause_doubles_up_to_its_bound() -> None:
    assert [POLICY.pause(attempt=attempt, draw=1.0) for attempt in (1, 2, 3, 50)] == [0.2, 0.4, 0.5, 0.5]


@given(st.integers(1, 900), st.floats(0, 1, exclude_max=True))
def test_jitter_keeps_the_pause_between_zero_and_its_bound(attempt: int, draw: float) -> None:
    assert 0 <= POLICY.pause(attempt=attempt, draw=draw) <= POLICY.longest_pause


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"first_pause": -1.0}, {"longest_pause": -1.0}])
def test_a_policy_that_means_nothing_cannot_exist(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="attempts starts at 1"):
        RetryPolicy(**wrong)  # type: ignore[arg-type]
