"""« Expliquer ce refus »: the same judge, on a message that someone pastes or sends as a file. Nothing is stored, no token is used up.

Pasting is no presentation: check 4 (replay) is NOT RUN. Neither is what only the connection knows, when its certificate
is not given: checks 1 (TLS) and 5 (structure of the certificate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.certificates import describe
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf import TrustedIssuers, VerificationPolicy, VerifiedVihf, verify
from tramontane.national import pasted, selectors, wire
from tramontane.national.judge import Request, judge, unheard
from tramontane.national.judge.identify import identify
from tramontane.national.policy import Policy
from tramontane.national.reception import Reception
from tramontane.national.services import HANDLERS, SERVICES, AnyHandler
from tramontane.national.storage import Incoming, store

_TLS, _REPLAY, _STRUCTURE = 1, "rejeu", "structure"
_BY_BODY: Mapping[str, AnyHandler] = {tag: handler for (_, tag), handler in HANDLERS.items()}
_AN_ANSWER = "Ceci est une réponse, pas un appel : collez la demande à laquelle elle répond."


@dataclass(frozen=True, slots=True)
class Explained:
    """What the judge says.

    Attributes:
        fault: what would go out on the wire; None when nothing refuses.
        transaction: empty when the request could not be read.
        unreadable: why it could not, in words; empty otherwise.
    """

    verdicts: tuple[Verdict, ...]
    fault: soap.Fault | None
    transaction: str = ""
    unreadable: str = ""


def explain(data: bytes, certificate: x509.Certificate | None, policy: Policy, *, at: datetime) -> Explained:
    """Judge what was pasted as if it were received at `at`, over a connection with this certificate, or an unknown one.

    Args:
        data: an envelope, an MTOM message, or an HTTP request with its headers (`national.pasted`).
    """
    try:
        found = pasted.read(data)
        with Reception(found.content_type, store()) as reception:
            reception.feed(found.body)
            reception.close()
            call = _Call(reception.message, reception.parts, found.service)
            return _explained(call, certificate, policy, at)
    except MalformedMessage as error:
        return Explained((), None, unreadable=error.explain())


@dataclass(frozen=True, slots=True)
class _Call:
    """A message, its attachments, and the service it was for when that is known."""

    message: bytes
    parts: Mapping[str, Incoming]
    service: str

    def handler(self, body: etree._Element | None) -> AnyHandler | None:
        if body is None:
            return None
        return HANDLERS.get((self.service, body.tag)) if self.service in SERVICES else _BY_BODY.get(body.tag)


def _explained(call: _Call, certificate: x509.Certificate | None, policy: Policy, at: datetime) -> Explained:
    who = identify(call.message, certificate, policy, at=at)
    if who.envelope is not None and who.envelope.fault is not None:
        return Explained((), None, unreadable=_AN_ANSWER)
    verdicts = who.verdicts if certificate else tuple(map(_without_connection, who.verdicts))
    verified = _verified(call.message, policy, at)
    if who.envelope is None or verified is None:
        return _concluded((*verdicts, *unheard()))
    handler = call.handler(who.envelope.body)
    if handler is None:
        return replace(_concluded((*verdicts, *unheard())), unreadable="Opération inconnue de ce service.")
    try:
        name, right = handler.classify(handler.parse(who.envelope, call.parts))
    except MalformedMessage as error:
        return replace(_concluded((*verdicts, *unheard())), unreadable=error.explain())
    request = Request(
        transaction=name,
        right=right,
        vihf=verified.content,
        certificate_structure=describe(certificate).struct_idnat if certificate else None,
        at=at,
    )
    left_out = {_REPLAY} if certificate else {_REPLAY, _STRUCTURE}
    judged = tuple(_not_run(one) if one.code in left_out else one for one in _judged(request))
    return replace(_concluded((*verdicts, *judged)), transaction=name)


def _judged(request: Request) -> tuple[Verdict, ...]:
    patient = selectors.find_patient(request.vihf.patient)
    return judge(request, selectors.facts(request, patient, first_presentation=True))


def _verified(message: bytes, policy: Policy, at: datetime) -> VerifiedVihf | None:
    """The token by itself: without the connection's certificate, check 1 stops what it would not have."""
    limits = VerificationPolicy(
        keys=TrustedIssuers(policy.trust()),
        max_age=policy.max_age,
        clock_skew=policy.clock_skew,
        patient_required=False,
    )
    return verify(message, limits, at=at).vihf


def _concluded(verdicts: tuple[Verdict, ...]) -> Explained:
    failure = wire.first_failure(verdicts)
    return Explained(verdicts, wire.fault_for(failure) if failure else None)


def _without_connection(verdict: Verdict) -> Verdict:
    return _not_run(verdict) if verdict.step == _TLS else verdict


def _not_run(verdict: Verdict) -> Verdict:
    return replace(verdict, outcome=Outcome.NOT_RUN, expected="", received="", next_step="")
