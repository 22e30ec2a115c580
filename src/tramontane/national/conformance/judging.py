"""What the exchanges of a session say of each case. Pure: values in, a result or NOT RUN out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national.conformance.cases import Case


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange, as the stand-in traced it; `result` is granted, refused, unusable or scripted."""

    number: int
    transaction: str
    access_mode: str
    rpps: str
    ins: str
    result: str
    verdicts: tuple[Verdict, ...] = ()

    @property
    def granted(self) -> bool:
        """It was given."""
        return self.result == "granted"

    @property
    def call(self) -> tuple[str, ...]:
        """What makes two exchanges the same call."""
        return (self.transaction, self.rpps, self.ins, self.access_mode)


@dataclass(frozen=True, slots=True)
class Result:
    """One case: its outcome, the exchanges that decided (numbers), and what they showed."""

    case: Case
    outcome: Outcome
    exchanges: tuple[int, ...] = ()
    received: str = ""


def judge(cases: Iterable[Case], exchanges: Sequence[Exchange]) -> tuple[Result, ...]:
    """Every case, on the exchanges of a session in their order."""
    return tuple(_KINDS[case.kind](case, exchanges) for case in cases)


def _concerned(case: Case, exchanges: Iterable[Exchange]) -> list[Exchange]:
    about = case.about
    return [
        one
        for one in exchanges
        if about.transaction in ("", one.transaction) and about.access_mode in ("", one.access_mode)
    ]


def _checks(case: Case, exchanges: Sequence[Exchange]) -> Result:
    """Failed by one failure; not run when these checks ran on nothing."""
    ran: list[int] = []
    failed: list[tuple[int, Verdict]] = []
    for one in _concerned(case, exchanges):
        looked_at = [verdict for verdict in one.verdicts if verdict.step in case.steps]
        failed += [(one.number, verdict) for verdict in looked_at if verdict.outcome is Outcome.FAILED]
        if any(verdict.outcome is Outcome.PASSED for verdict in looked_at):
            ran.append(one.number)
    if failed:
        number, verdict = failed[0]
        said = f"échange n° {number} : {verdict.title.rstrip('.')} : non ({verdict.received or 'rien reçu'})"
        return Result(case, Outcome.FAILED, _numbers(number for number, _ in failed), said)
    return Result(case, Outcome.PASSED, tuple(ran)) if ran else _not_run(case, "aucun appel n’est allé jusque-là")


def _granted(case: Case, exchanges: Sequence[Exchange]) -> Result:
    tried = _concerned(case, exchanges)
    given = [one.number for one in tried if one.granted]
    if given:
        return Result(case, Outcome.PASSED, tuple(given))
    if not tried:
        return _not_run(case, "aucun appel")
    return Result(case, Outcome.FAILED, _numbers(one.number for one in tried), "aucun appel accordé")


def _preceded(case: Case, exchanges: Sequence[Exchange]) -> Result:
    known: set[str] = set()
    first: set[str] = set()
    good: list[int] = []
    bad: list[int] = []
    for one in exchanges:
        if one.transaction == case.by and one.granted:
            known.add(one.ins)
        if one.ins not in first and one in _concerned(case, (one,)):
            first.add(one.ins)
            (good if one.ins in known else bad).append(one.number)
    if bad:
        return Result(case, Outcome.FAILED, tuple(bad), f"{case.about.transaction} sans {case.by} accordé avant")
    return Result(case, Outcome.PASSED, tuple(good)) if good else _not_run(case, "aucun appel")


def _yields(case: Case, exchanges: Sequence[Exchange]) -> Result:
    """A grant in between lifts the refusal: calling again is right."""
    again: dict[tuple[str, ...], list[int]] = {}
    insisted: dict[tuple[str, ...], list[int]] = {}
    met = False
    for one in exchanges:
        refused = any(verdict.code == case.check and verdict.outcome is Outcome.FAILED for verdict in one.verdicts)
        met = met or refused
        if one.granted:
            again.pop(one.call, None)
        elif one.call in again:
            again[one.call].append(one.number)
            if len(again[one.call]) > case.at_most:
                insisted[one.call] = again[one.call]
        elif refused:
            again[one.call] = []
    if insisted:
        said = f"le même appel fait encore {max(map(len, insisted.values()))} fois après le refus"
        return Result(case, Outcome.FAILED, _numbers(number for one in insisted.values() for number in one), said)
    return Result(case, Outcome.PASSED) if met else _not_run(case, "ce refus n’a pas été rencontré")


def _recovers(case: Case, exchanges: Sequence[Exchange]) -> Result:
    waiting: dict[tuple[str, ...], int] = {}
    recovered: list[int] = []
    for one in exchanges:
        if one.result == "scripted":
            waiting[one.call] = one.number
        elif one.granted and waiting.pop(one.call, None) is not None:
            recovered.append(one.number)
    if waiting:
        return Result(case, Outcome.FAILED, _numbers(waiting.values()), "panne jouée, sans reprise accordée")
    return Result(case, Outcome.PASSED, tuple(recovered)) if recovered else _not_run(case, "aucune panne jouée")


def _not_run(case: Case, why: str) -> Result:
    return Result(case, Outcome.NOT_RUN, received=why)


def _numbers(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


_KINDS: Mapping[str, Callable[[Case, Sequence[Exchange]], Result]] = {
    "checks": _checks,
    "granted": _granted,
    "preceded": _preceded,
    "yields": _yields,
    "recovers": _recovers,
}
