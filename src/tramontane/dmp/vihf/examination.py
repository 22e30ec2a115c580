"""One token under examination: what each step found, for the next ones, and the step itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.saml import Assertion, AttributeValue
from tramontane.dmp.signature import SignatureParts, UnexpectedShape
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf.policy import SigningCertificate, VerificationPolicy


@dataclass(slots=True)
class Examination:
    """The notebook of one verification. Steps write what later steps read.

    Attributes:
        bare: the input is an assertion, not an envelope.
        usable: there was something to judge: an XML document with an assertion in it.
        root, assertion, signature: nodes of the document received; nothing is read from them but the Signature.
        signed_bytes: canonical form of the assertion without its Signature, as received.
        content: what the verified bytes, parsed again, say.
        values, notes: values of each attribute by row key; what is unusual in the spelling of its name.
        fields: fields of `Vihf` read so far, with `version` and `issue_instant`.
    """

    data: bytes
    policy: VerificationPolicy
    at: datetime
    bare: bool
    usable: bool = False
    doctype: bool = False
    root: etree._Element = field(init=False)
    assertion: etree._Element = field(init=False)
    signature: etree._Element = field(init=False)
    parts: SignatureParts = field(init=False)
    signer: SigningCertificate = field(init=False)
    signed_bytes: bytes = b""
    content: Assertion = field(init=False)
    values: dict[str, tuple[AttributeValue, ...]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """A step's refusal; empty fields are the step's own."""

    received: str
    expected: str = ""
    location: str = ""
    reference: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A deviation met in official samples or known clients: passed, and reported."""

    received: str


Finding = Failed | Tolerated | None


@dataclass(frozen=True, slots=True)
class Step:
    """One check of the numbered list.

    Attributes:
        stops: whether a failure leaves the steps after it without ground: they are then not run.
        needs: fields that must have been read before.
    """

    code: str
    title: str
    expected: str
    location: str
    reference: str
    next_step: str
    check: Callable[[Examination], Finding]
    stops: bool = False
    needs: frozenset[str] = frozenset()


class NumberedStep:
    """A step at its rank, with its unremarkable verdicts made once."""

    __slots__ = ("check", "needs", "not_run", "passed", "rank", "step", "stops")

    def __init__(self, rank: int, step: Step) -> None:
        self.rank = rank
        self.step = step
        self.check, self.needs, self.stops = step.check, step.needs, step.stops
        self.passed = self._verdict(Outcome.PASSED)
        self.not_run = self._verdict(Outcome.NOT_RUN)

    def judge(self, examination: Examination) -> Verdict:
        """The verdict of this step; never raises on what was received."""
        if self.needs and not self.needs <= examination.fields.keys():
            return self.not_run
        try:
            finding = self.check(examination)
        except TramontaneError as error:
            finding = refusal(error)
        return self.passed if finding is None else self.report(finding, tolerant=examination.policy.tolerant)

    def report(self, finding: Failed | Tolerated, *, tolerant: bool) -> Verdict:
        if isinstance(finding, Tolerated):
            if tolerant:
                return self._verdict(Outcome.PASSED, received=f"toléré : {finding.received}")
            finding = Failed(finding.received)
        return self._verdict(
            Outcome.FAILED,
            received=finding.received,
            expected=finding.expected or self.step.expected,
            location=finding.location or self.step.location,
            reference=finding.reference or self.step.reference,
            next_step=finding.next_step or self.step.next_step,
        )

    def _verdict(self, outcome: Outcome, **details: str) -> Verdict:
        step = self.step
        texts = {"expected": step.expected, "location": step.location, "reference": step.reference, **details}
        return Verdict(self.rank, step.code, step.title, outcome, **texts)


def refusal(error: TramontaneError) -> Failed:
    """An error raised while reading a value is the refusal of that step."""
    return Failed(
        received=error.received or error.message,
        expected=error.expected,
        location=error.location if isinstance(error, UnexpectedShape) else "",
        reference=error.reference,
        next_step=error.next_step,
    )
