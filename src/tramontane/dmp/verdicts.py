"""The verdict of one check: passed, failed or not run. A check that did not run never reads as passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check, its outcome, and enough to understand it without the source.

    Attributes:
        step: rank of the check in its numbered list, from 1.
        code: stable identifier of the check, kebab-case.
        title: the check in one French sentence.
        expected: what was expected, in words.
        received: what was received; never a secret nor a patient trait.
        location: XPath, header or field name.
        reference: document and section that set the rule.
        next_step: what to do about a failure, in French.
    """

    step: int
    code: str
    title: str
    outcome: Outcome
    expected: str = ""
    received: str = ""
    location: str = ""
    reference: str = ""
    next_step: str = ""


def accepted(verdicts: Iterable[Verdict]) -> bool:
    """True when there is at least one verdict and every one of them passed."""
    outcomes = [verdict.outcome for verdict in verdicts]
    return bool(outcomes) and all(outcome is Outcome.PASSED for outcome in outcomes)


def failures(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The failed verdicts, in order."""
    return tuple(verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED)
