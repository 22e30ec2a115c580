"""The proof of a statement: read the raw traces again, row by row, and find the same figures.

Nothing here asks the database to count: each trace is read, its digest made again and compared with the sealed one,
and what it proves is noted in memory by account. The registers are read again too (`rereading`); unlike traces they may be
completed late, and the statement then stands until a dated correction replaces it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.selectors.people import CONSULTED, STRONG_LOGIN, WEAK_LOGIN
from tramontane.hospital.objectives.selectors.statements import facts_of, figures_of
from tramontane.hospital.objectives.services.closing import digest, traces_of
from tramontane.hospital.objectives.services.rereading import reread
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.models import PurgedTrace, Seal
from tramontane.hospital.traces.services import digest_of
from tramontane.rules.objectives import MonthFacts, figures

PROVES = {STRONG_LOGIN: "strong", WEAK_LOGIN: "weak", CONSULTED: "consulted"}
_READ = 2_000


@dataclass(slots=True)
class Proof:
    """What was read and what is wrong.

    Attributes:
        broken: the statement, the traces or the figures are not what they were. French.
        same: registers that say what the statement says. French.
        moved: registers completed since; a correction may be due. French.
        limits: what cannot be read again, and why. French.
    """

    statement: Statement
    traces: int = 0
    broken: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Recomputing gives the same figures."""
        return not self.broken


def verify(statement: Statement) -> Proof:
    """Prove one statement. Memory does not grow with the traces."""
    proof = Proof(statement)
    frozen = facts_of(statement)
    if digest(statement) != statement.sha256:
        proof.broken.append("Le relevé a été modifié : son empreinte n’est plus la sienne.")
    if figures(frozen) != figures_of(statement):
        proof.broken.append("Les chiffres du relevé ne découlent pas de ses propres faits.")
    rebuilt = _rebuilt(frozen, _read_again(proof))
    if figures(rebuilt) != figures_of(statement):
        proof.broken.append("Recalculés depuis les traces, les chiffres diffèrent.")
    again = reread(statement, frozen)
    proof.broken += again.broken
    proof.same, proof.moved, proof.limits = again.same, again.moved, again.limits
    return proof


def _read_again(proof: Proof) -> dict[str, set[int]]:
    """Every trace of the month, in order; gives, for each act, the accounts that did it."""
    statement = proof.statement
    sealed = _Sealed(statement, proof.broken)
    found: dict[str, set[int]] = defaultdict(set)
    rows = traces_of(statement.legal_entity, statement.month).order_by("id")
    for trace in rows.iterator(chunk_size=_READ):
        proof.traces += 1
        if not digest_of(trace) == trace.digest == sealed.digest(trace.pk):
            proof.broken.append(f"La trace {trace.pk} n’est pas celle qui a été scellée.")
        act = PROVES.get((trace.event, trace.transaction, trace.outcome, trace.access_mode))
        if act is not None and trace.account_id is not None:
            found[act].add(trace.account_id)
    purged = _purged(statement)
    if proof.traces + purged != statement.traces:
        proof.broken.append(
            f"{statement.traces} traces au relevé, {proof.traces} relues, {purged} détruites en fin de conservation."
        )
    if statement.seal_hash and not sealed.anchored:
        proof.broken.append("Le sceau qui couvrait la dernière trace du mois a disparu de la chaîne.")
    return found


def _purged(statement: Statement) -> int:
    if statement.first_trace_id is None:
        return 0
    return PurgedTrace.objects.filter(
        trace_id__gte=statement.first_trace_id, trace_id__lte=statement.last_trace_id
    ).count()


class _Sealed:
    """Sealed digests, read one seal at a time as the ranks go up; each link is made again."""

    def __init__(self, statement: Statement, broken: list[str]) -> None:
        first = statement.first_trace_id or 0
        self._seals: Iterator[Seal] = (
            Seal.objects.filter(last_trace_id__gte=first).order_by("last_trace_id").iterator(chunk_size=1)
        )
        self._leaves: dict[int, str] = {}
        self._last = -1
        self._broken = broken
        self._awaited = statement.seal_hash
        self.anchored = False

    def digest(self, rank: int) -> str | None:
        """What was sealed for a trace; None: nothing was."""
        while rank > self._last:
            seal = next(self._seals, None)
            if seal is None:
                return None
            leaves = bytes(seal.leaves)
            if seal.hash != chain.link(seal.previous_hash, leaves):
                self._broken.append(f"Le sceau {seal.pk} a été modifié.")
            self._leaves, self._last = chain.unpack(leaves), seal.last_trace_id
            self.anchored = self.anchored or seal.hash == self._awaited
        return self._leaves.get(rank)


def _rebuilt(frozen: MonthFacts, acts: dict[str, set[int]]) -> MonthFacts:
    """The facts with what each account did, as read again."""
    members = tuple(
        msgspec.structs.replace(one, **{name: one.account in acts[name] for name in PROVES.values()})
        for one in frozen.members
    )
    return msgspec.structs.replace(frozen, members=members)
