"""The proof file of an objective and a year: what it should hold, what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tramontane.rules.objectives.definitions import Proof, definitions


@dataclass(frozen=True, slots=True)
class Line:
    """One expected document; `held` says how many are there."""

    proof: Proof
    held: int

    @property
    def done(self) -> bool:
        """Something is there."""
        return self.held > 0


def checklist(year: str, held: Iterable[str]) -> tuple[Line, ...]:
    """Every document expected for a year, with what is held: keys of documents, once for each."""
    keys = list(held)
    expected = [proof for proof in definitions().preuves if year in proof.annees]
    return tuple(Line(proof, keys.count(proof.cle)) for proof in expected)
