"""One exchange, from bytes to bytes: identify, gather facts, judge, serve, trace. No framework, no socket.

    identify (pure) ─▶ [one database transaction: replay, facts, judge, service, trace] ─▶ answer

The transaction is short: contents are written before it and streamed after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from django.db import transaction

from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.verdicts import Verdict
from tramontane.dmp.vihf import VerifiedVihf
from tramontane.national import clock, faults, notifications, replay, selectors, tracing, wire
from tramontane.national.judge import Request, judge, unheard
from tramontane.national.judge.identify import Identification, identify
from tramontane.national.models import AccessResult, FaultKind, PatientRecord
from tramontane.national.policy import Policy
from tramontane.national.services import HANDLERS, AnyHandler, Context, Reply
from tramontane.national.storage import ContentStore, Incoming, store


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request received.

    Attributes:
        service: last segment of the URL, e.g. ``registry``.
        message: the SOAP envelope; of a multipart, its root.
        certificate: the peer's, from the TLS connection itself.
        received_at: instant of reception, aware.
        parts: attachments, received but not kept, by Content-ID.
    """

    service: str
    message: bytes
    certificate: x509.Certificate | None
    received_at: datetime
    parts: Mapping[str, Incoming] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send, and how badly: `fault` distorts the sending, None sends it as it is."""

    status: int
    content_type: str
    body: bytes | Iterable[bytes]
    length: int | None = None
    fault: faults.PlayedFault | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call came to, before it is traced."""

    reply: Reply
    result: AccessResult
    transaction: str
    verdicts: tuple[Verdict, ...]
    fault: faults.PlayedFault | None = None
    patient: PatientRecord | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a call is judged: the policy, the content store, the source of identifiers."""

    policy: Policy
    contents: ContentStore = field(default_factory=store)
    new_urn: Callable[[], str] = clock.new_urn


def handle(exchange: Exchange, bench: Bench) -> Answer:
    """Judge and answer one exchange. Every call leaves a trace; a refusal is an answer, never an exception."""
    who = identify(exchange.message, exchange.certificate, bench.policy, at=exchange.received_at)
    session = _Session(exchange, bench, who, bench.new_urn())
    with transaction.atomic():
        outcome = session.unidentified() if who.verified is None else session.identified(who.verified)
        session.trace(outcome)
    reply = outcome.reply
    return Answer(reply.status, reply.content_type, reply.body, reply.length, outcome.fault)


@dataclass(frozen=True, slots=True)
class _Session:
    exchange: Exchange
    bench: Bench
    who: Identification
    message_id: str

    @property
    def relates_to(self) -> str:
        return self.who.envelope.addressing.message_id if self.who.envelope else ""

    @property
    def handler(self) -> AnyHandler | None:
        body = self.who.envelope.body if self.who.envelope else None
        return None if body is None else HANDLERS.get((self.exchange.service, body.tag))

    def unidentified(self) -> _Outcome:
        """The caller is unknown: the first failure of checks 1 to 3 answers, the others were not run."""
        verdicts = (*self.who.verdicts, *unheard())
        failure = wire.first_failure(verdicts)
        assert failure is not None, "no VIHF means a failed verdict"
        fault = faults.draw(transaction="", rpps="", ins="")
        if fault is not None and fault.replaces:
            return self._scripted(fault, "", verdicts)
        return _Outcome(self._fault(wire.fault_for(failure)), AccessResult.REFUSED, "", verdicts, fault)

    def identified(self, verified: VerifiedVihf) -> _Outcome:
        """The caller is known: read the request, gather facts, judge, serve."""
        first = self._claim(verified)
        handler = self.handler
        if handler is None:
            return self._unusable("Opération inconnue de ce service.")
        assert self.who.envelope is not None, "a verified VIHF came in an envelope"
        try:
            value = handler.parse(self.who.envelope, self.exchange.parts)
        except MalformedMessage as error:
            return self._unusable(error.explain())
        return self._judged(self._context(verified, *handler.classify(value), first=first), handler, value)

    def _claim(self, verified: VerifiedVihf) -> bool:
        policy = self.bench.policy
        expires_at = verified.issue_instant + policy.max_age + policy.clock_skew
        return replay.claim(verified.issuer, verified.assertion_id, expires_at=expires_at)

    def _judged(self, context: Context, handler: AnyHandler, value: object) -> _Outcome:
        name = context.request.transaction
        verdicts = (*self.who.verdicts, *judge(context.request, context.facts))
        fault = self._draw(context)
        if fault is not None and fault.replaces:
            return self._scripted(fault, name, verdicts)
        failure = wire.first_failure(verdicts)
        if failure is not None:
            refusal = handler.refuse(context, value, failure) or self._fault(wire.fault_for(failure))
            return _Outcome(refusal, AccessResult.REFUSED, name, verdicts, fault)
        try:
            reply = handler.serve(context, value)
        except MalformedMessage as error:
            return replace(self._unusable(error.explain()), transaction=name, fault=fault)
        result = AccessResult.REFUSED if reply.code else AccessResult.GRANTED
        return _Outcome(reply, result, name, (*verdicts, *reply.verdicts), fault, context.patient)

    def _context(self, verified: VerifiedVihf, name: str, right: str, *, first: bool) -> Context:
        certificate = self.who.certificate
        request = Request(
            transaction=name,
            right=right,
            vihf=verified.content,
            certificate_structure=certificate.struct_idnat if certificate else None,
            at=self.exchange.received_at,
        )
        patient = selectors.find_patient(verified.content.patient)
        return Context(
            request=request,
            facts=selectors.facts(request, patient, first_presentation=first),
            patient=patient,
            matrix=self.bench.policy.matrix,
            store=self.bench.contents,
            relates_to=self.relates_to,
            message_id=self.message_id,
            new_urn=self.bench.new_urn,
        )

    def _draw(self, context: Context) -> faults.PlayedFault | None:
        ins = context.vihf.patient.value if context.vihf.patient else ""
        return faults.draw(transaction=context.request.transaction, rpps=selectors.rpps_of(context.vihf), ins=ins)

    def _scripted(self, fault: faults.PlayedFault, name: str, verdicts: tuple[Verdict, ...]) -> _Outcome:
        played = soap.Fault(wire.RECEIVER, fault.subcode, fault.text or "Panne jouée par la maquette.")
        reply = self._fault(played)
        if fault.kind == FaultKind.HTTP_500:
            reply = Reply("text/plain; charset=utf-8", b"Internal Server Error", status=500, code="http-500")
        return _Outcome(reply, AccessResult.SCRIPTED, name, verdicts, fault)

    def _unusable(self, reason: str) -> _Outcome:
        reply = self._fault(soap.Fault(wire.SENDER, "", reason))
        return _Outcome(reply, AccessResult.UNUSABLE, "", (*self.who.verdicts, *unheard()))

    def _fault(self, fault: soap.Fault) -> Reply:
        # Observed: TD3.2 answers in MTOM even for faults, whatever went wrong.
        multipart = self.handler is not None and self.handler.multipart
        return wire.fault_reply(fault, message_id=self.message_id, relates_to=self.relates_to, multipart=multipart)

    def trace(self, outcome: _Outcome) -> None:
        """Write down what happened, refused or not; tell the patient when someone read her record."""
        who, verified = self.who, self.who.verified
        structure = who.certificate.struct_idnat if who.certificate else None
        trace = tracing.write(
            tracing.Trace(
                instant=self.exchange.received_at,
                transaction=outcome.transaction,
                service=self.exchange.service,
                result=outcome.result,
                message_id=self.relates_to,
                assertion_id=verified.assertion_id if verified else "",
                certificate=who.certificate.fingerprint_sha256 if who.certificate else "",
                certificate_structure=structure.value if structure else "",
                code=outcome.reply.code,
                documents=outcome.reply.documents,
                verdicts=outcome.verdicts,
            ),
            verified.content if verified else None,
        )
        if outcome.patient is not None:
            notifications.tell(outcome.patient, trace)
