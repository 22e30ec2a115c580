"""The report of a session: read its exchanges, judge the cases, number the whole. JSON and PDF say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramontane.dmp.verdicts import Outcome
from tramontane.national.conformance.cases import case_book
from tramontane.national.conformance.judging import Exchange, Result, judge
from tramontane.national.judge.facts import FRANCE
from tramontane.national.judge.names import CHECK_NAMES
from tramontane.national.models import AccessTrace, ConformanceSession
from tramontane.national.tracing import verdicts_of

# A run is a few hundred calls; beyond, the report says that it looked at the first ones only.
LIMIT = 5000
_WORDS = {Outcome.PASSED: "réussi", Outcome.FAILED: "en échec", Outcome.NOT_RUN: "NON EXÉCUTÉ"}
NOTICE = (
    "Bac à sable : simulation, aucun lien avec les services nationaux. "
    "Les cas sont ceux de la maquette ; ce rapport n’est pas une homologation."
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a session came to. `truncated`: there were more exchanges than `LIMIT`."""

    session: ConformanceSession
    at: datetime
    results: tuple[Result, ...]
    exchanges: int
    truncated: bool

    @property
    def number(self) -> str:
        """The number of the report: that of its session."""
        return f"CONF-{self.session.started_at.astimezone(FRANCE):%Y}-{self.session.pk:05d}"

    @property
    def provoked(self) -> list[str]:
        """The checks that were made to refuse, in words."""
        return [f"{step}. {CHECK_NAMES[step]}" for step in self.session.provoked]

    def count(self, outcome: Outcome) -> int:
        """How many cases came to this."""
        return sum(result.outcome is outcome for result in self.results)


def report(session: ConformanceSession, at: datetime) -> Report:
    """The report as of `at`; of an ended session, it is the same for ever."""
    rows = AccessTrace.objects.filter(
        instant__gte=session.started_at,
        instant__lt=session.ended_at or at,
        legal_entity=session.legal_entity_id,
    )
    if session.certificate:
        rows = rows.filter(certificate=session.certificate)
    found = list(rows.order_by("instant", "id")[: LIMIT + 1])
    exchanges = [_exchange(one) for one in found[:LIMIT]]
    results = judge(case_book().cases, exchanges, session.provoked)
    return Report(session, at, results, len(exchanges), truncated=len(found) > LIMIT)


def as_data(one: Report) -> Mapping[str, Any]:
    """The report as plain values: what the JSON holds, and what the PDF prints."""
    session = one.session
    return {
        "simulation": True,
        "notice": NOTICE,
        "number": one.number,
        "label": session.label,
        "legal_entity": session.legal_entity_id,
        "certificate_sha256": session.certificate,
        "provoked_checks": one.provoked,
        "started_at": session.started_at.astimezone(FRANCE).isoformat(timespec="seconds"),
        "ended_at": session.ended_at.astimezone(FRANCE).isoformat(timespec="seconds") if session.ended_at else "",
        "written_at": one.at.astimezone(FRANCE).isoformat(timespec="seconds"),
        "cases_version": case_book().version,
        "exchanges": one.exchanges,
        "truncated": one.truncated,
        "counts": {outcome.value: one.count(outcome) for outcome in Outcome},
        "cases": [_case(result) for result in one.results],
    }


def _case(result: Result) -> Mapping[str, Any]:
    case = result.case
    return {
        "number": case.number,
        "code": case.code,
        "title": case.title,
        "outcome": result.outcome.value,
        "outcome_in_words": _WORDS[result.outcome],
        "expected": case.expected,
        "received": result.received,
        "reference": case.reference,
        "refusal": {"check": case.refusal.check, "codes": list(case.refusal.codes)} if case.refusal else None,
        "exchanges": list(result.exchanges),
    }


def _exchange(trace: AccessTrace) -> Exchange:
    return Exchange(
        number=trace.pk,
        transaction=trace.transaction,
        access_mode=trace.access_mode,
        rpps=trace.rpps,
        ins=trace.ins,
        result=trace.result,
        wire_code=trace.code,
        verdicts=verdicts_of(trace),
    )
