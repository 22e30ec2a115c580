"""What the exchanges of a session say of each case. Pure: values in, a result or NOT RUN out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tramontane.dmp.verdicts import Outcome, Verdict, failures
from tramontane.national.conformance.cases import Case


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange, as the stand-in traced it.

    Attributes:
        result: granted, refused, unusable or scripted.
        wire_code: the code that went out; empty when granted.
    """

    number: int
    transaction: str
    access_mode: str
    rpps: str
    ins: str
    result: str
    wire_code: str = ""
    verdicts: tuple[Verdict, ...] = ()

    @property
    def refused_by(self) -> str:
        """The check that refused: the first that failed, the only one that the client was told of."""
        failed = failures(self.verdicts)
        return failed[0].code if failed else ""

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


def judge(cases: Iterable[Case], exchanges: Sequence[Exchange], provoked: Collection[int] = ()) -> tuple[Result, ...]:
    """Every case, on the exchanges of a session in their order.

    Args:
        provoked: numbers of the checks that whoever runs the session makes refuse on purpose.
    """
    return tuple(
        _checks(case, exchanges, provoked) if case.kind == "checks" else _KINDS[case.kind](case, exchanges)
        for case in cases
    )


def _concerned(case: Case, exchanges: Iterable[Exchange]) -> list[Exchange]:
    about = case.about
    return [
        one
        for one in exchanges
        if about.transaction in ("", one.transaction) and about.access_mode in ("", one.access_mode)
    ]


def _checks(case: Case, exchanges: Sequence[Exchange], provoked: Collection[int]) -> Result:
    """Failed by one failure that nobody provoked; not run when these checks passed on nothing."""
    ran: list[int] = []
    failed: list[tuple[Exchange, Verdict]] = []
    for one in _concerned(case, exchanges):
        looked_at = [verdict for verdict in one.verdicts if verdict.step in case.steps]
        failing = failures(looked_at)
        failed += [(one, verdict) for verdict in failing if verdict.step not in provoked]
        if not failing and any(verdict.outcome is Outcome.PASSED for verdict in looked_at):
            ran.append(one.number)
    if failed:
        one, verdict = failed[0]
        first = "" if verdict.code == one.refused_by else f" (refusé d’abord par « {one.refused_by} »)"
        said = (
            f"échange n° {one.number}, code {one.wire_code or 'absent'}, contrôle « {verdict.code} »{first} : "
            f"{verdict.received or 'rien'}"
        )
        return Result(case, Outcome.FAILED, _numbers(one.number for one, _ in failed), said)
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
    """Only what the client was told counts: the check that refused, by its code. A grant in between lifts the refusal."""
    assert case.refusal is not None, "refused when read without it"
    again: dict[tuple[str, ...], list[int]] = {}
    insisted: dict[tuple[str, ...], list[int]] = {}
    met: list[Exchange] = []
    for one in exchanges:
        refused = one.refused_by == case.refusal.check and one.wire_code in case.refusal.codes
        met += [one] if refused else []
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
    if not met:
        return _not_run(case, "ce refus n’a pas été rencontré")
    codes = ", ".join(sorted({one.wire_code for one in met}))
    return Result(case, Outcome.PASSED, tuple(one.number for one in met), f"refus {codes}, sans insistance")


def _well_formed(case: Case, exchanges: Sequence[Exchange]) -> Result:
    read = [one for one in exchanges if one.granted or (one.result == "refused" and one.refused_by)]
    broken = [one for one in exchanges if one.result == "unusable" or (one.result == "refused" and not one.refused_by)]
    if broken:
        said = f"échange n° {broken[0].number} : {broken[0].wire_code or 'illisible'}"
        return Result(case, Outcome.FAILED, tuple(one.number for one in broken), said)
    return Result(case, Outcome.PASSED, tuple(one.number for one in read)) if read else _not_run(case, "aucun appel")


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
    "granted": _granted,
    "preceded": _preceded,
    "yields": _yields,
    "well_formed": _well_formed,
    "recovers": _recovers,
}
