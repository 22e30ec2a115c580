"""Verifying a VIHF: a numbered list of checks, each with its verdict, and a value read from verified bytes alone."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tramontane.dmp import verdicts as judged
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf.content import Vihf
from tramontane.dmp.vihf.examination import Examination, NumberedStep
from tramontane.dmp.vihf.policy import VerificationPolicy
from tramontane.dmp.vihf.shortcut import accept_at_once
from tramontane.dmp.vihf.steps_attributes import ATTRIBUTE_STEPS, RULE_STEPS
from tramontane.dmp.vihf.steps_content import CONTENT_STEPS, USER_STEPS
from tramontane.dmp.vihf.steps_envelope import ENVELOPE_STEPS
from tramontane.dmp.vihf.steps_signature import SIGNATURE_STEPS
from tramontane.dmp.vihf.verified import VerifiedVihf

STEPS: tuple[NumberedStep, ...] = tuple(
    NumberedStep(rank, step)
    for rank, step in enumerate(
        (*ENVELOPE_STEPS, *SIGNATURE_STEPS, *CONTENT_STEPS, *USER_STEPS, *ATTRIBUTE_STEPS, *RULE_STEPS), start=1
    )
)
_ALL_PASS = tuple([numbered.passed for numbered in STEPS])
_NOT_CONTENT = frozenset({"version", "issue_instant"})


class Verification(NamedTuple):
    """The verdict of every step, in order.

    Attributes:
        vihf: None unless every step passed.
        usable: False when the input held no assertion to judge.
    """

    verdicts: tuple[Verdict, ...]
    vihf: VerifiedVihf | None
    usable: bool

    @property
    def accepted(self) -> bool:
        return self.vihf is not None


def verify(envelope: bytes, policy: VerificationPolicy, *, at: datetime) -> Verification:
    """Judge the VIHF of a whole SOAP envelope. Never raises on what was received.

    Args:
        at: instant of reception, aware.
    """
    return _verify(envelope, policy, at, bare=False)


def verify_assertion(assertion: bytes, policy: VerificationPolicy, *, at: datetime) -> Verification:
    """Judge a bare assertion: the same steps, the root being the assertion. Never raises on what was received.

    Args:
        at: instant of reception, aware.
    """
    return _verify(assertion, policy, at, bare=True)


def _verify(document: bytes, policy: VerificationPolicy, at: datetime, *, bare: bool) -> Verification:
    vihf = accept_at_once(document, policy, at, bare=bare)
    if vihf is not None:
        return Verification(_ALL_PASS, vihf, usable=True)
    return judge_each_step(Examination(document, policy, at, bare=bare))


def judge_each_step(examination: Examination) -> Verification:
    """The numbered steps, one by one: what `accept_at_once` must never contradict."""
    verdicts = _verdicts(examination)
    if not judged.accepted(verdicts):
        return Verification(verdicts, None, examination.usable)
    return Verification(verdicts, _verified(examination), usable=True)


def _verdicts(examination: Examination) -> tuple[Verdict, ...]:
    """Those that follow a failure that stops are not run."""
    verdicts: list[Verdict] = []
    for numbered in STEPS:
        verdict = numbered.judge(examination)
        verdicts.append(verdict)
        if numbered.stops and verdict.outcome is not Outcome.PASSED:
            return (*verdicts, *[later.not_run for later in STEPS[numbered.rank :]])
    return tuple(verdicts)


def _verified(examination: Examination) -> VerifiedVihf:
    fields, content = examination.fields, examination.content
    return VerifiedVihf(
        version=fields["version"],
        issue_instant=fields["issue_instant"],
        content=Vihf(**{name: value for name, value in fields.items() if name not in _NOT_CONTENT}),
        assertion_id=content.assertion_id,
        issuer=content.issuer,
        certificate=examination.signer.certificate,
    )
