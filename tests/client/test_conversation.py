"""The conversation alone, without network: what is sent, tried again, counted by the circuit, told to the observer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.dmp_client import AdjustableClock, raw_plan, setting
from support.pki import pki
from tramontane.client import (
    AnswerTooLarge,
    CircuitOpen,
    DeadlineExceeded,
    Limits,
    Phase,
    RetryPolicy,
    ServiceUnavailable,
    Setting,
    TlsRefused,
    TransportError,
)
from tramontane.client.breaker import BreakerPolicy
from tramontane.client.conversation import Core, Pause, Send
from tramontane.client.exchange import Exchange, Outcome
from tramontane.client.operations import Plan
from tramontane.client.transport import Answer
from tramontane.dmp.errors import CertificateMisuse, RemoteError, RemoteRefusal
from tramontane.dmp.transactions.exchange import HttpResponse

DEADLINE = 10.0
ANSWER = Answer(HttpResponse(200, "application/soap+xml", b"<ok/>"), 200, "")
CUT = TransportError("coupure", phase=Phase.WAITING)


class Frozen(AdjustableClock):
    """Time stands still unless moved."""

    def monotonic(self) -> float:
        return 1_000.0 + self.ahead


class Talk:
    """One client; `say` runs a plan against scripted ends, and keeps all that was asked."""

    def __init__(self, **changes: Any) -> None:
        self.heard: list[Exchange] = []
        self.clock = Frozen(draw=changes.pop("draw", 0.5))
        changes.setdefault("observer", self.heard.append)
        changes.setdefault("retry", RetryPolicy(attempts=3, first_pause=1.0, longest_pause=4.0))
        self.setting: Setting = setting(
            "https://localhost/", limits=Limits(deadline=DEADLINE), clock=self.clock, **changes
        )
        self.core = Core(self.setting)
        self.asked: list[Send | Pause] = []

    def say(self, plan: Plan[Any], *ends: Answer[Any] | BaseException) -> Any:
        """Each Send ends with the next of `ends`; each Pause passes."""
        conversation, left, reply = self.core.converse(plan), list(ends), None
        self.asked = []
        try:
            while True:
                step = conversation.throw(reply) if isinstance(reply, BaseException) else conversation.send(reply)
                self.asked.append(step)
                reply = left.pop(0) if isinstance(step, Send) else None
                if isinstance(step, Pause):
                    self.clock.ahead += step.seconds
        except StopIteration as done:
            return done.value

    def fail(self, plan: Plan[Any], *ends: BaseException) -> BaseException:
        with pytest.raises(type(ends[-1])) as caught:
            self.say(plan, *ends)
        return caught.value

    @property
    def sent(self) -> list[Send]:
        return [step for step in self.asked if isinstance(step, Send)]

    @property
    def pauses(self) -> list[float]:
        return [step.seconds for step in self.asked if isinstance(step, Pause)]


PLAN = raw_plan(b"<question/>")
CHANGING = raw_plan(b"<change/>", idempotent=False)


def test_an_idempotent_transaction_is_sent_again_after_a_pause_with_another_assertion() -> None:
    talk = Talk()
    assert talk.say(PLAN, CUT, CUT, ANSWER) == b"<ok/>"
    assert talk.pauses == [0.5, 1.0]
    assert [exchange.attempt for exchange in talk.heard] == [1, 1, 2, 2, 3, 3]
    assert len({exchange.assertion_id for exchange in talk.heard}) == 3
    assert len({exchange.message_id for exchange in talk.heard}) == 3


def test_a_transaction_that_changes_the_record_is_never_sent_twice() -> None:
    talk = Talk()
    talk.fail(CHANGING, CUT)
    assert len(talk.sent) == 1


def test_after_the_last_attempt_the_failure_is_told() -> None:
    talk = Talk()
    assert talk.fail(PLAN, CUT, CUT, CUT) is CUT
    assert len(talk.sent) == 3


@pytest.mark.parametrize("kind", [AnswerTooLarge, DeadlineExceeded, TlsRefused])
def test_what_would_fail_the_same_way_is_sent_once(kind: type[TransportError]) -> None:
    talk = Talk()
    talk.fail(PLAN, kind("non", phase=Phase.WAITING))
    assert len(talk.sent) == 1


@pytest.mark.parametrize(("phase", "sent"), [(Phase.WAITING, 2), (Phase.READING, 1)])
def test_what_began_to_reach_a_sink_is_not_asked_again(phase: Phase, sent: int) -> None:
    talk = Talk(retry=RetryPolicy(attempts=2, first_pause=0.1))
    streamed = replace(PLAN, read=None, stream=lambda _asked: lambda _status, _type: None)  # type: ignore[arg-type, return-value]
    cut = TransportError("coupure", phase=phase)
    talk.fail(streamed, *[cut] * sent)
    assert len(talk.sent) == sent


def test_what_was_read_in_memory_is_asked_again_whatever_the_phase() -> None:
    talk = Talk()
    assert talk.say(PLAN, TransportError("coupure", phase=Phase.READING), ANSWER) == b"<ok/>"


def test_each_attempt_is_given_what_is_left_of_one_deadline() -> None:
    talk = Talk()
    talk.say(PLAN, CUT, CUT, ANSWER)
    assert [send.seconds for send in talk.sent] == [DEADLINE, DEADLINE - 0.5, DEADLINE - 1.5]


@pytest.mark.parametrize(("left", "sent"), [(0.5, 1), (0.6, 2)])
def test_a_pause_that_would_end_at_the_deadline_is_not_begun(left: float, sent: int) -> None:
    talk = Talk(retry=RetryPolicy(attempts=2, first_pause=1.0))
    conversation = talk.core.converse(PLAN)
    steps = [next(conversation)]
    talk.clock.ahead += DEADLINE - left
    try:
        while True:
            step = conversation.throw(CUT) if isinstance(steps[-1], Send) else next(conversation)
            talk.clock.ahead += step.seconds if isinstance(step, Pause) else 0.0
            steps.append(step)
    except TransportError:
        assert sum(isinstance(step, Send) for step in steps) == sent


BREAKER = {"breaker": BreakerPolicy(failures=2, rest=30.0)}


def quiet(**changes: Any) -> Talk:
    """One attempt a call, a circuit that opens at the second failure in a row."""
    return Talk(retry=RetryPolicy(attempts=1), policies=BREAKER, **changes)


def test_failures_in_a_row_open_the_circuit_which_says_where_the_last_one_was() -> None:
    talk = quiet()
    talk.fail(PLAN, CUT)
    talk.fail(PLAN, TransportError("coupure", phase=Phase.TLS))
    with pytest.raises(CircuitOpen) as refused:
        talk.say(PLAN, ANSWER)
    assert refused.value.phase is Phase.TLS
    assert talk.sent == []


def test_after_its_rest_the_circuit_lets_one_call_try() -> None:
    talk = quiet()
    talk.fail(PLAN, CUT)
    talk.fail(PLAN, CUT)
    talk.clock.ahead += 30.0
    assert talk.say(PLAN, ANSWER) == b"<ok/>"
    assert talk.say(PLAN, ANSWER) == b"<ok/>"


ENDS = {
    "an answer too large": (AnswerTooLarge("trop", phase=Phase.READING), Outcome.FAILED, False),
    "a failure of the network": (CUT, Outcome.FAILED, True),
    "a relay without service": (ServiceUnavailable("503", phase=Phase.READING), Outcome.FAILED, True),
    "a refusal": (RemoteRefusal("non", remote_code="X"), Outcome.REFUSED, False),
    "an unreadable answer": (RemoteError("illisible"), Outcome.UNREADABLE, False),
    "an error of ours": (OSError("disque plein"), Outcome.ABANDONED, False),
    "a cancellation": (KeyboardInterrupt(), Outcome.ABANDONED, False),
}


@pytest.mark.parametrize("case", ENDS)
def test_each_end_is_told_once_and_only_a_failure_of_the_service_opens_the_circuit(case: str) -> None:
    failure, outcome, opens = ENDS[case]
    talk = quiet()
    talk.fail(PLAN, failure)
    assert [exchange.outcome for exchange in talk.heard] == [Outcome.ASKED, outcome]
    talk.fail(PLAN, failure)
    if opens:
        with pytest.raises(CircuitOpen):
            talk.say(PLAN, ANSWER)
    else:
        assert talk.say(PLAN, ANSWER) == b"<ok/>"


def test_a_service_that_answers_closes_the_count() -> None:
    talk = quiet()
    talk.fail(PLAN, CUT)
    talk.fail(PLAN, RemoteRefusal("non", remote_code="X"))
    talk.fail(PLAN, CUT)
    assert talk.say(PLAN, ANSWER) == b"<ok/>"


def test_nothing_leaves_when_the_trace_cannot_be_written_and_the_circuit_is_not_blamed() -> None:
    def no_trace(_exchange: Exchange) -> None:
        raise OSError("base pleine")

    talk = quiet(observer=no_trace)
    for _ in range(3):
        with pytest.raises(OSError, match="base pleine"):
            talk.say(PLAN, ANSWER)
        assert talk.asked == []


def test_a_trial_stopped_by_its_trace_leaves_the_next_call_try() -> None:
    failing: list[bool] = []

    def trace(_exchange: Exchange) -> None:
        if failing:
            raise OSError("base pleine")

    talk = quiet(observer=trace)
    talk.fail(PLAN, CUT)
    talk.fail(PLAN, CUT)
    talk.clock.ahead += 30.0
    failing.append(True)
    with pytest.raises(OSError, match="base pleine"):
        talk.say(PLAN, ANSWER)
    failing.clear()
    assert talk.say(PLAN, ANSWER) == b"<ok/>"


def test_the_end_tells_the_status_the_skew_and_the_error() -> None:
    talk = Talk()
    ahead = talk.clock.now() + timedelta(seconds=120)
    talk.say(PLAN, replace(ANSWER, status=202, date=f"{ahead:%a, %d %b %Y %H:%M:%S} GMT"))
    asked, ended = talk.heard
    assert (asked.status, asked.clock_skew, asked.answered_at) == (None, None, None)
    assert ended.status == 202
    assert ended.answered_at is not None
    assert ended.clock_skew is not None
    assert abs(ended.clock_skew - timedelta(seconds=120)) <= timedelta(seconds=2)
    talk.fail(CHANGING, CUT)
    assert talk.heard[-1].error is CUT
    assert talk.heard[-1].answered_at is None


def test_an_error_that_is_not_ours_to_word_is_not_handed_to_the_observer() -> None:
    talk = Talk()
    talk.fail(PLAN, OSError("/chemin/secret"))
    assert talk.heard[-1].error is None


def test_a_certificate_that_expires_stops_the_calls_before_anything_is_sent_or_told() -> None:
    talk = Talk()
    talk.clock.ahead = (pki().sign.certificate.not_valid_after_utc - talk.clock.now()).total_seconds() + 60
    with pytest.raises(CertificateMisuse):
        talk.say(PLAN, ANSWER)
    assert (talk.asked, talk.heard) == ([], [])


def test_a_client_with_an_expired_certificate_is_not_made() -> None:
    talk = Talk()
    talk.clock.ahead = (pki().sign.certificate.not_valid_after_utc - talk.clock.now()).total_seconds() + 60
    with pytest.raises(CertificateMisuse):
        Core(talk.setting)


def test_after_a_fork_the_circuit_is_new() -> None:
    talk = quiet()
    talk.fail(PLAN, CUT)
    talk.fail(PLAN, CUT)
    talk.core.forget()
    assert talk.say(PLAN, ANSWER) == b"<ok/>"
