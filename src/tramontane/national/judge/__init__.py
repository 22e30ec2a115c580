"""The judge: values in, numbered verdicts out. It reads no database, clock or file, and borrows nobody's rules."""

from tramontane.national.judge.checks import CHECKS, judge, judge_access, judge_contract, unheard
from tramontane.national.judge.documents import Reader, is_visible, judge_document, note_satisfied
from tramontane.national.judge.facts import DocumentFacts, Facts, ProfessionalFacts, Request, WhiteListFacts
from tramontane.national.judge.functional import right

__all__ = [
    "CHECKS",
    "DocumentFacts",
    "Facts",
    "ProfessionalFacts",
    "Reader",
    "Request",
    "WhiteListFacts",
    "is_visible",
    "judge",
    "judge_access",
    "judge_contract",
    "judge_document",
    "note_satisfied",
    "right",
    "unheard",
]
