"""Verifying a VIHF: a numbered list of checks, each with its verdict, and a value read from verified bytes alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from tramontane.dmp import verdicts as judged
from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf.content import InvalidVihf, Vihf
from tramontane.dmp.vihf.examination import Examination, NumberedStep, refusal
from tramontane.dmp.vihf.policy import VerificationPolicy
from tramontane.dmp.vihf.steps_attributes import ATTRIBUTE_STEPS, RULE_STEPS
from tramontane.dmp.vihf.steps_content import CONTENT_STEPS
from tramontane.dmp.vihf.steps_envelope import ENVELOPE_STEPS
from tramontane.dmp.vihf.steps_signature import SIGNATURE_STEPS

STEPS: tuple[NumberedStep, ...] = tuple(
    NumberedStep(rank, step)
    for rank, step in enumerate(
        (*ENVELOPE_STEPS, *SIGNATURE_STEPS, *CONTENT_STEPS, *ATTRIBUTE_STEPS, *RULE_STEPS), start=1
    )
)
_RULES_FROM = len(STEPS) - len(RULE_STEPS)
_BEFORE_RULES, _RULES = STEPS[:_RULES_FROM], STEPS[_RULES_FROM:]
_ALL_PASS = tuple([numbered.passed for numbered in _BEFORE_RULES])
_RULES_HOLD = tuple([numbered.passed for numbered in _RULES])


_NOT_CONTENT = frozenset({"version", "issue_instant"})


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
    verdicts = _judge(examination)
    if verdicts is not _ALL_PASS and not judged.accepted(verdicts):
        return Verification((*verdicts, *_judge_rules(examination)), None, examination.usable)
    try:
        vihf = _verified(examination)
    except InvalidVihf:
        # Each rule then has its say.
        return Verification((*verdicts, *_judge_rules(examination)), None, usable=True)
    return Verification((*verdicts, *_RULES_HOLD), vihf, usable=True)


def _judge_rules(examination: Examination) -> tuple[Verdict, ...]:
    return tuple([numbered.judge(examination) for numbered in _RULES])


def _judge(examination: Examination) -> tuple[Verdict, ...]:
    """Every step before the rules, in order. The verdicts of a token nothing can be said of were made once.

    A step that needs another runs here without asking: those before it have found nothing, so have read their fields.
    """
    numbered, finding = _BEFORE_RULES[0], None
    try:
        for numbered in _BEFORE_RULES:
            finding = numbered.check(examination)
            if finding is not None:
                break
        else:
            return _ALL_PASS
    except TramontaneError as error:
        finding = refusal(error)
    verdict = numbered.report(finding, tolerant=examination.policy.tolerant)
    return _judge_on([*_ALL_PASS[: numbered.rank - 1], verdict], examination, _BEFORE_RULES)


def _judge_on(
    verdicts: list[Verdict], examination: Examination, steps: tuple[NumberedStep, ...]
) -> tuple[Verdict, ...]:
    """The verdicts given, then those of the steps that follow; not run after a failure that stops."""
    for numbered in steps[len(verdicts) :]:
        if verdicts and steps[len(verdicts) - 1].stops and verdicts[-1].outcome is not Outcome.PASSED:
            return (*verdicts, *[later.not_run for later in steps[len(verdicts) :]])
        verdicts.append(numbered.judge(examination))
    return tuple(verdicts)


def _verified(examination: Examination) -> VerifiedVihf:
    """Raises InvalidVihf when a rule on the content is broken."""
    fields, content = examination.fields, examination.content
    return VerifiedVihf(
        version=fields["version"],
        issue_instant=fields["issue_instant"],
        content=Vihf(**{name: value for name, value in fields.items() if name not in _NOT_CONTENT}),
        assertion_id=content.assertion_id,
        issuer=content.issuer,
        certificate=examination.signer.certificate,
    )
