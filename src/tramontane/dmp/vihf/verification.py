"""Verifying a VIHF: a numbered list of checks, each with its verdict, and a value read from verified bytes alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from tramontane.dmp import verdicts as judged
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf.content import Vihf
from tramontane.dmp.vihf.examination import Examination, NumberedStep
from tramontane.dmp.vihf.policy import VerificationPolicy
from tramontane.dmp.vihf.steps_attributes import ATTRIBUTE_STEPS
from tramontane.dmp.vihf.steps_content import CONTENT_STEPS
from tramontane.dmp.vihf.steps_envelope import ENVELOPE_STEPS
from tramontane.dmp.vihf.steps_signature import SIGNATURE_STEPS

STEPS: tuple[NumberedStep, ...] = tuple(
    NumberedStep(rank, step)
    for rank, step in enumerate((*ENVELOPE_STEPS, *SIGNATURE_STEPS, *CONTENT_STEPS, *ATTRIBUTE_STEPS), start=1)
)


@dataclass(frozen=True, slots=True)
class VerifiedVihf:
    """A VIHF that passed every check.

    Attributes:
        content: what it says, read from the verified bytes parsed again.
        assertion_id: to be remembered until the token expires: a second use is a replay.
        issue_instant: UTC.
        issuer: distinguished name as written.
        certificate: the certificate whose key verified the signature.
        version: VIHF_Version, "3.0" or "4.0".
    """

    content: Vihf
    assertion_id: str
    issue_instant: datetime
    issuer: str
    certificate: x509.Certificate
    version: str


@dataclass(frozen=True, slots=True)
class Verification:
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
    return _verify(Examination(envelope, policy, at, bare=False))


def verify_assertion(assertion: bytes, policy: VerificationPolicy, *, at: datetime) -> Verification:
    """Judge a bare assertion: the same steps, the root being the assertion. Never raises on what was received.

    Args:
        at: instant of reception, aware.
    """
    return _verify(Examination(assertion, policy, at, bare=True))


def _verify(examination: Examination) -> Verification:
    verdicts = _judge_all(examination)
    if not judged.accepted(verdicts):
        return Verification(verdicts, None, examination.usable)
    return Verification(verdicts, _verified(examination), usable=True)


def _judge_all(examination: Examination) -> tuple[Verdict, ...]:
    verdicts: list[Verdict] = []
    for numbered in STEPS:
        verdict = numbered.judge(examination)
        verdicts.append(verdict)
        if numbered.step.stops and verdict.outcome is not Outcome.PASSED:
            verdicts.extend([later.not_run for later in STEPS[numbered.rank :]])
            break
    return tuple(verdicts)


def _verified(examination: Examination) -> VerifiedVihf:
    fields, content = examination.fields, examination.content
    return VerifiedVihf(
        version=fields.pop("version"),
        issue_instant=fields.pop("issue_instant"),
        content=Vihf(**fields),
        assertion_id=content.assertion_id,
        issuer=content.issuer,
        certificate=examination.signer.certificate,
    )
