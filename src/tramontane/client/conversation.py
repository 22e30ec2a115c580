"""The core both faces share: one plan and its attempts, without any input or output.

A generator yields what must be done (`Send`, `Pause`) and is told what happened; a driver of ten lines does it, with
or without `await`. Signing and reading run in the driver's own thread: threads sign in parallel, and the event loop
of the sync face only moves bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tramontane.client import skew
from tramontane.client.breaker import BreakerPolicy, Circuit, Event, lets_through, step
from tramontane.client.clock import Clock, SystemClock
from tramontane.client.consumers import Begin
from tramontane.client.errors import AnswerTooLarge, Phase, TransportError
from tramontane.client.exchange import Exchange, Observer, Outcome, ignore
from tramontane.client.failures import circuit_open
from tramontane.client.identity import HospitalIdentity
from tramontane.client.operations import Plan
from tramontane.client.parties import Endpoint
from tramontane.client.retry import RetryPolicy
from tramontane.client.timeline import Timeline
from tramontane.client.transport import Answer, Limits
from tramontane.dmp import vihf
from tramontane.dmp.errors import RemoteError, RemoteRefusal, TramontaneError
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse, Software
from tramontane.dmp.vihf import CONF_EXI_PGSSIS, AuthenticationMode, Vihf, WireProfile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Send this and give back the `Answer`, or throw in what was raised."""

    request: HttpRequest
    stream: Begin[Any] | None
    seconds: float
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait that long."""

    seconds: float


Conversation = Generator[Send | Pause, Any, T]

# What each end of a request says of the service, and what the observer is told; first match.
_ENDS: tuple[tuple[type[BaseException], Event, Outcome], ...] = (
    (AnswerTooLarge, Event.SUCCESS, Outcome.FAILED),
    (TransportError, Event.FAILURE, Outcome.FAILED),
    (RemoteRefusal, Event.SUCCESS, Outcome.REFUSED),
    (RemoteError, Event.SUCCESS, Outcome.UNREADABLE),
    (BaseException, Event.GIVE_UP, Outcome.ABANDONED),
)


@dataclass(frozen=True, slots=True)
class Policies:
    """How the client behaves; the defaults suit a ward.

    Attributes:
        limits: deadline, sizes, connections.
        retry: for idempotent transactions only.
        breaker: one circuit for the whole client.
        profile: spelling of the VIHF.
    """

    limits: Limits = field(default_factory=Limits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    profile: WireProfile = vihf.OFFICIAL_SAMPLES


@dataclass(frozen=True, slots=True)
class Setting:
    """What every call of one client shares.

    Attributes:
        observer: told of each request before and after it (see `exchange`).
    """

    identity: HospitalIdentity
    endpoint: Endpoint
    software: Software
    observer: Observer = ignore
    policies: Policies = field(default_factory=Policies)
    clock: Clock = field(default_factory=SystemClock)


class Core:
    """Runs plans. Shared by threads: only the circuit changes, under its lock."""

    def __init__(self, setting: Setting) -> None:
        setting.identity.check(at=setting.clock.now())
        self.setting = setting
        self.forget()

    def forget(self) -> None:
        """A new circuit and lock: after a fork, the lock may be held by a thread that no longer exists."""
        self._circuit = Circuit()
        self._last_failure = Phase.CONNECTION
        self._lock = threading.Lock()

    def converse(self, plan: Plan[T]) -> Conversation[T]:
        """Run `plan`: sign, send, read, and try again where that is harmless, all within one deadline.

        Raises:
            TransportError, RemoteError: the network's or the peer's failure.
            LocalError: what was asked cannot be written, or a certificate has expired; nothing was sent.
        """
        clock, retry = self.setting.clock, self.setting.policies.retry
        deadline = clock.monotonic() + self.setting.policies.limits.deadline
        attempt = 1
        while True:
            request, exchange = self._write(plan, attempt)
            try:
                return (yield from self._exchange(plan, request, exchange, deadline - clock.monotonic()))
            except TransportError as error:
                pause = retry.pause(attempt=attempt, draw=clock.draw())
                poured = plan.stream is not None and error.phase is Phase.READING
                idempotent = request.idempotent and not poured  # what reached a sink cannot be taken back
                late = clock.monotonic() + pause >= deadline
                if late or not retry.allows(error, attempt=attempt, idempotent=idempotent):
                    raise
            yield Pause(pause)
            attempt += 1

    def _exchange(self, plan: Plan[T], request: HttpRequest, exchange: Exchange, seconds: float) -> Conversation[T]:
        """One attempt. The observer hears ASKED before anything leaves, then the end whatever it is."""
        self._enter_circuit()
        self._announce(exchange)
        timeline = Timeline(self.setting.clock.monotonic)
        answer: Answer[Any] | None = None
        failure: BaseException | None = None
        try:
            stream = plan.stream(exchange.message_id) if plan.stream else None
            answer = yield Send(request, stream, seconds, timeline)
            value: T = _read(plan.read, answer.value, exchange.message_id) if plan.read else answer.value
        except BaseException as error:
            failure = error
            raise
        finally:
            event, outcome = _end(failure)
            self._leave_circuit(event, failure)
            ended = replace(exchange, outcome=outcome, phases=timeline.durations())
            self.setting.observer(self._ended(ended, answer, failure))
        return value

    def _announce(self, exchange: Exchange) -> None:
        try:
            self.setting.observer(exchange)
        except BaseException:
            self._leave_circuit(Event.GIVE_UP, None)
            raise

    def _ended(self, exchange: Exchange, answer: Answer[Any] | None, failure: BaseException | None) -> Exchange:
        error = failure if isinstance(failure, TramontaneError) else None
        if answer is None:
            return replace(exchange, error=error)
        now = self.setting.clock.now()
        return replace(
            exchange,
            answered_at=now,
            status=answer.status,
            clock_skew=skew.measure(answer.date, sent_at=exchange.asked_at, received_at=now),
            error=error,
        )

    def _write(self, plan: Plan[Any], attempt: int) -> tuple[HttpRequest, Exchange]:
        """Every attempt has its own VIHF and identifiers: the DMP refuses an assertion it has already seen."""
        setting, now = self.setting, self.setting.clock.now()
        setting.identity.check(at=now)
        assertion_id, message_id = f"_{setting.clock.new_id()}", f"urn:uuid:{setting.clock.new_id()}"
        token = vihf.build(
            _vihf(plan, setting.software),
            signer=setting.identity.signature,
            assertion_id=assertion_id,
            issue_instant=now,
            profile=setting.policies.profile,
        )
        request = plan.write(Call(setting.endpoint.base_url, token, message_id, now, setting.software))
        exchange = Exchange(
            transaction=request.transaction,
            professional=plan.professional,
            patient=plan.patient,
            access_mode=plan.access_mode,
            assertion_id=assertion_id,
            message_id=message_id,
            attempt=attempt,
            asked_at=now,
        )
        return request, exchange

    def _enter_circuit(self) -> None:
        with self._lock:
            before = self._circuit
            self._circuit = self._stepped(Event.ASK)
            if not lets_through(before, self._circuit):
                raise circuit_open(self._last_failure)

    def _leave_circuit(self, event: Event, failure: BaseException | None) -> None:
        with self._lock:
            self._circuit = self._stepped(event)
            if isinstance(failure, TransportError):
                self._last_failure = failure.phase

    def _stepped(self, event: Event) -> Circuit:
        return step(self._circuit, event, self.setting.policies.breaker, now=self.setting.clock.monotonic())


def _read(read: Callable[[HttpResponse], T], response: HttpResponse, message_id: str) -> T:
    """What a streamed answer is asked as it comes: is it ours?"""
    response.require_answer_to(message_id)
    return read(response)


def _end(failure: BaseException | None) -> tuple[Event, Outcome]:
    if failure is None:
        return Event.SUCCESS, Outcome.ANSWERED
    return next((event, outcome) for kind, event, outcome in _ENDS if isinstance(failure, kind))


def _vihf(plan: Plan[Any], software: Software) -> Vihf:
    professional = plan.professional
    strong = plan.mode is AuthenticationMode.INDIRECTE_RENFORCEE
    return Vihf(
        mode=plan.mode,
        subject=professional.rpps.ps_idnat,
        subject_name=professional.name,
        roles=professional.roles,
        structure=professional.finess_geographique.struct_idnat,
        sector=professional.sector,
        patient=plan.patient,
        access_mode=plan.access_mode,
        authn_instant=professional.authn_instant,
        authn_context_class=professional.authn_context_class,
        lps_id=software.installation,
        lps_name=software.name,
        lps_version=software.version,
        lps_homologation=software.homologation,
        primary_authentication=CONF_EXI_PGSSIS if strong else None,
        confidentiality=plan.confidentiality,
    )
