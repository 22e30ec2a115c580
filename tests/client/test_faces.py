"""Both faces of the client run the same plans the same way: values, refusals, retries, traces, circuit."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.dmp_client import (
    DONE,
    EMPTY_LIST,
    FACES,
    PATIENT,
    PHYSICIAN,
    REFUSED,
    AdjustableClock,
    Outcomes,
    assertion_id,
    dated,
    message_id,
    raw_plan,
    setting,
)
from support.tls_server import answer, hang_up, in_turn, serve, stay_silent
from tramontane.client import (
    AsyncDmpClient,
    BreakerPolicy,
    CircuitOpen,
    DeadlineExceeded,
    DmpClient,
    Exchange,
    Limits,
    Outcome,
    Phase,
    RetryPolicy,
    TransportError,
    operations,
)
from tramontane.dmp import xds
from tramontane.dmp.errors import CertificateMisuse, MalformedMessage, SoapFault
from tramontane.dmp.transactions import td1_6
from tramontane.dmp.transactions.td0_3 import Action
from tramontane.dmp.transactions.td1_6 import Mode
from tramontane.dmp.vihf import AccessMode, InvalidVihf

READS = operations.authorisations(PHYSICIAN, PATIENT)
WRITES = operations.authorise(PHYSICIAN, PATIENT, Action.AJOUT)
THRICE = RetryPolicy(attempts=3, first_pause=0.01)
PATIENCE = Limits(deadline=5.0)

Face = Callable[..., Outcomes]


@pytest.fixture(params=list(FACES))
def face(request: pytest.FixtureRequest) -> Face:
    return FACES[request.param]


class Journal(list[Exchange]):
    """An observer that keeps everything."""

    def __call__(self, exchange: Exchange) -> None:
        self.append(exchange)

    @property
    def outcomes(self) -> list[Outcome]:
        return [exchange.outcome for exchange in self]


def test_an_answer_to_another_demand_is_refused_and_never_asked_again(face: Face) -> None:
    """Crossed on the way, it may be another patient's."""
    crossed = answer(
        td1_6.respond(td1_6.AuthorizationList(()), message_id="urn:uuid:1", relates_to="urn:uuid:another")[1]
    )
    with serve(crossed) as running:
        refused = face(setting(running.base_url, retry=THRICE), READS).only
    assert isinstance(refused, MalformedMessage)
    assert refused.code == "reponse-autre-demande"
    assert len(running.requests) == 1


def test_the_two_faces_have_the_same_methods_with_the_same_parameters_and_words() -> None:
    def operations_of(client: type) -> dict[str, Any]:
        return {name: method for name, method in vars(client).items() if hasattr(method, "__wrapped__")}

    sync, asynchronous = operations_of(DmpClient), operations_of(AsyncDmpClient)
    assert sync.keys() == asynchronous.keys()
    for name, method in sync.items():
        assert inspect.signature(method) == inspect.signature(asynchronous[name])
        assert method.__doc__ == asynchronous[name].__doc__


def test_every_plan_is_offered_by_the_faces() -> None:
    plans = {name for name, value in vars(operations).items() if inspect.isfunction(value) and not name.startswith("_")}
    plans = {name for name in plans if getattr(operations, name).__module__ == operations.__name__}
    assert plans == {name for name in vars(DmpClient) if hasattr(getattr(DmpClient, name), "__wrapped__")}


def test_both_faces_give_the_same_values_and_the_same_errors() -> None:
    plans = (READS, WRITES, READS)
    with serve(in_turn(EMPTY_LIST, DONE, REFUSED, EMPTY_LIST, DONE, REFUSED)) as running:
        found = {name: face(setting(running.base_url), *plans).all for name, face in FACES.items()}
    assert found["sync"][:2] == found["async"][:2]
    assert [error.explain() for error in (found["sync"][2], found["async"][2])] == [found["sync"][2].explain()] * 2
    assert isinstance(found["sync"][2], SoapFault)


def test_one_connection_serves_the_calls_that_follow_each_other(face: Face) -> None:
    with serve(EMPTY_LIST) as running:
        face(setting(running.base_url), *[READS] * 5)
        assert (running.connections, len(running.requests)) == (1, 5)


def test_every_call_has_its_own_assertion_and_message(face: Face) -> None:
    with serve(EMPTY_LIST) as running:
        face(setting(running.base_url), *[READS] * 5)
    assert len({assertion_id(request) for request in running.requests}) == 5
    assert len({message_id(request) for request in running.requests}) == 5


def test_a_reading_is_tried_again_with_another_assertion(face: Face) -> None:
    with serve(in_turn(hang_up, hang_up, EMPTY_LIST)) as running:
        outcomes = face(setting(running.base_url, retry=THRICE, limits=PATIENCE), READS)
    assert outcomes.only.authorizations == ()
    assert len({assertion_id(request) for request in running.requests}) == 3


def test_a_reading_is_tried_a_bounded_number_of_times(face: Face) -> None:
    with serve(hang_up) as running:
        error = face(setting(running.base_url, retry=THRICE, limits=PATIENCE), READS).only
        assert len(running.requests) == 3
    assert isinstance(error, TransportError)


def test_a_writing_is_never_sent_twice(face: Face) -> None:
    with serve(hang_up) as running:
        error = face(setting(running.base_url, retry=THRICE, limits=PATIENCE), WRITES).only
        assert len(running.requests) == 1
    assert isinstance(error, TransportError)
    assert error.sent


def test_a_refusal_by_the_dmp_is_not_tried_again(face: Face) -> None:
    with serve(REFUSED) as running:
        error = face(setting(running.base_url, retry=THRICE), READS).only
        assert len(running.requests) == 1
    assert isinstance(error, SoapFault)


def test_retries_stay_within_the_deadline_of_the_call(face: Face) -> None:
    clock = AdjustableClock(draw=0.99)
    slow = RetryPolicy(attempts=50, first_pause=10.0, longest_pause=10.0)
    with serve(hang_up) as running:
        error = face(setting(running.base_url, retry=slow, clock=clock), READS).only
        assert len(running.requests) == 1
    assert isinstance(error, TransportError)


def test_the_circuit_opens_after_failures_in_a_row_and_nothing_more_is_sent(face: Face) -> None:
    given: dict[str, Any] = {"policies": {"breaker": BreakerPolicy(failures=2, rest=60.0)}}
    with serve(hang_up) as running:
        outcomes = face(setting(running.base_url, **given), *[READS] * 4).all
        assert len(running.requests) == 2
    assert [type(error) for error in outcomes] == [TransportError, TransportError, CircuitOpen, CircuitOpen]
    assert not outcomes[-1].sent
    assert outcomes[-1].phase is Phase.WAITING


def test_the_circuit_closes_when_a_trial_succeeds_after_its_rest(face: Face) -> None:
    clock = AdjustableClock()

    def wait(exchange: Exchange) -> None:
        if len(seen := [*journal, exchange]) == 4:  # after the second failure
            clock.ahead += 61.0
        journal[:] = seen

    journal: list[Exchange] = []
    given: dict[str, Any] = {
        "policies": {"breaker": BreakerPolicy(failures=2, rest=60.0)},
        "clock": clock,
        "observer": wait,
    }
    with serve(in_turn(hang_up, hang_up, EMPTY_LIST)) as running:
        outcomes = face(setting(running.base_url, **given), *[READS] * 4).all
    assert [isinstance(outcome, TransportError) for outcome in outcomes] == [True, True, False, False]


def test_refusals_by_the_dmp_do_not_open_the_circuit(face: Face) -> None:
    given: dict[str, Any] = {"policies": {"breaker": BreakerPolicy(failures=2, rest=60.0)}}
    with serve(REFUSED) as running:
        outcomes = face(setting(running.base_url, **given), *[READS] * 4).all
    assert all(isinstance(error, SoapFault) for error in outcomes)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "error"),
    [
        (EMPTY_LIST, Outcome.ANSWERED, type(None)),
        (REFUSED, Outcome.REFUSED, SoapFault),
        (answer(b"<other/>"), Outcome.UNREADABLE, MalformedMessage),
        (hang_up, Outcome.FAILED, TransportError),
        (stay_silent, Outcome.FAILED, DeadlineExceeded),
    ],
)
def test_the_observer_hears_before_and_after(face: Face, behaviour: Any, outcome: Outcome, error: type) -> None:
    journal = Journal()
    with serve(behaviour) as running:
        face(setting(running.base_url, observer=journal), READS)
    assert journal.outcomes == [Outcome.ASKED, outcome]
    before, after = journal
    assert type(after.error) is error
    assert before.assertion_id == after.assertion_id == assertion_id(running.requests[0])
    assert before.message_id == message_id(running.requests[0])
    assert (before.transaction, before.patient, before.professional) == ("TD1.6", PATIENT, PHYSICIAN)
    assert dict(after.phases).keys() >= {Phase.CONNECTION, Phase.TLS, Phase.SENDING, Phase.WAITING}
    assert all(seconds >= 0 for _, seconds in after.phases)


def test_each_attempt_is_an_exchange_of_its_own(face: Face) -> None:
    journal = Journal()
    with serve(in_turn(hang_up, EMPTY_LIST)) as running:
        face(setting(running.base_url, observer=journal, retry=THRICE, limits=PATIENCE), READS)
    assert journal.outcomes == [Outcome.ASKED, Outcome.FAILED, Outcome.ASKED, Outcome.ANSWERED]
    assert [exchange.attempt for exchange in journal] == [1, 1, 2, 2]


def test_an_observer_that_cannot_write_its_trace_stops_the_call(face: Face) -> None:
    def refuse(_exchange: Exchange) -> None:
        raise RuntimeError("no trace, no consultation")

    with serve(EMPTY_LIST) as running:
        with pytest.raises(RuntimeError, match="no trace"):
            face(setting(running.base_url, observer=refuse), READS)
        assert running.requests == []


def test_the_peer_s_clock_is_measured(face: Face) -> None:
    journal = Journal()
    ahead = (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with serve(dated(ahead)) as running:
        face(setting(running.base_url, observer=journal), raw_plan(b"<x/>"))
    skew = journal[-1].clock_skew
    assert skew is not None
    assert abs(skew - timedelta(hours=1)) < timedelta(seconds=5)


def test_a_certificate_that_expires_between_two_calls_stops_the_second(face: Face) -> None:
    clock = AdjustableClock()

    def age(exchange: Exchange) -> None:
        if exchange.outcome is Outcome.ANSWERED:
            clock.ahead += timedelta(days=800).total_seconds()

    with serve(EMPTY_LIST) as running:
        outcomes = face(setting(running.base_url, clock=clock, observer=age), READS, READS).all
        assert len(running.requests) == 1
    assert isinstance(outcomes[1], CertificateMisuse)


def test_what_cannot_be_written_is_refused_before_anything_is_sent(face: Face) -> None:
    without_specialty = replace(PHYSICIAN, roles=PHYSICIAN.roles[:1])
    journal = Journal()
    with serve(EMPTY_LIST) as running:
        error = face(
            setting(running.base_url, observer=journal), operations.authorisations(without_specialty, PATIENT)
        ).only
        assert running.connections == 0
    assert isinstance(error, InvalidVihf)
    assert journal == []


def test_a_body_given_in_chunks_is_streamed_with_or_without_its_length(face: Face) -> None:
    chunks = [b"<x>", b"y" * 100_000, b"</x>"]
    total = sum(map(len, chunks))
    with serve(answer(b"<ok/>")) as running:
        given = setting(running.base_url, limits=PATIENCE)
        face(given, raw_plan(chunks, length=total), raw_plan(iter(chunks)))
    assert [request.body for request in running.requests] == [b"".join(chunks)] * 2
    assert f"Content-Length: {total}" in running.requests[0].head
    assert "Transfer-Encoding: chunked" in running.requests[1].head


@pytest.mark.parametrize(
    ("plan", "service", "words"),
    [
        (operations.status(PHYSICIAN, PATIENT), "patients", "TEST_EXST"),
        (operations.details(PHYSICIAN, PATIENT), "patients", "CNSLT_DATA"),
        (operations.authorise(PHYSICIAN, PATIENT, Action.SUPPRESSION), "habilitations", "SUPPRESSION"),
        (operations.authorisations(PHYSICIAN, PATIENT, Mode.TOUTE), "habilitations", "TOUTE"),
        (operations.patients(PHYSICIAN, datetime(2026, 11, 1, tzinfo=UTC)), "patientsSpecific", "20261101000000"),
        (operations.find_documents(PHYSICIAN, PATIENT), "registry", PATIENT.cx.replace("&", "&amp;")),
        (operations.query(PHYSICIAN, PATIENT, xds.get_associations(["urn:uuid:7"])), "registry", "urn:uuid:7"),
    ],
)
def test_each_operation_asks_its_service_for_its_professional_and_patient(plan: Any, service: str, words: str) -> None:
    with serve(REFUSED) as running:
        assert isinstance(FACES["sync"](setting(running.base_url), plan).only, SoapFault)
    (request,) = running.requests
    body = request.body.decode()
    assert request.head.startswith(f"POST /services/{service} HTTP/1.1\r\n")
    assert words in body
    assert f">{PHYSICIAN.rpps.ps_idnat}<" in body
    assert "CONF_EXI_PGSSIS" in body
    assert ">1990000028<" in body  # the geographic FINESS, prefix 1


def test_the_emergency_mode_is_written_in_the_vihf() -> None:
    with serve(REFUSED) as running:
        FACES["sync"](setting(running.base_url), operations.status(PHYSICIAN, PATIENT, AccessMode.BRIS_DE_GLACE))
    assert b'code="bris_de_glace"' in running.requests[0].body


SECRET = "INVISIBLE_REPRESENTANTS_LEGAUX"


@pytest.mark.parametrize(
    "plan",
    [
        operations.status(PHYSICIAN, PATIENT, confidentiality=SECRET),
        operations.details(PHYSICIAN, PATIENT, confidentiality=SECRET),
        operations.authorise(PHYSICIAN, PATIENT, confidentiality=SECRET),
        operations.query(PHYSICIAN, PATIENT, xds.get_associations(["urn:uuid:7"]), confidentiality=SECRET),
        operations.retrieve_to(PHYSICIAN, PATIENT, [("1.2", "3.4")], print, confidentiality=SECRET),
    ],
)
def test_a_secret_connection_is_said_in_the_vihf_of_each_operation(plan: Any) -> None:
    with serve(REFUSED) as running:
        FACES["sync"](setting(running.base_url), plan)
    name = b'Name="urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"'
    before, _, after = running.requests[0].body.partition(name)
    assert before, "an ordinary VIHF has no such attribute"
    assert SECRET.encode() in after.partition(b"</")[0]
