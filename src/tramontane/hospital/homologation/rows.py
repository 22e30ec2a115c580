"""What the screens show of an exigence: its state in a word and a tone, its proofs, what is to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tramontane.rules.homologation import DossierFacts, ExigenceFacts, ExigenceState, Remark, Severity, review
from tramontane.rules.referentiels import Dimension, Exigence

# State → tone of its badge, and the sign beside the word: never colour alone.
TONES: dict[ExigenceState, tuple[str, str]] = {
    ExigenceState.NOT_ASSESSED: ("", "○"),
    ExigenceState.MET: ("ok", "✓"),
    ExigenceState.MET_ON_PERIMETER: ("ok", "◐"),
    ExigenceState.UNPROVEN: ("warn", "!"),
    ExigenceState.RESERVED: ("warn", "!"),
    ExigenceState.UNMET: ("stop", "✕"),
    ExigenceState.LIFTED: ("warn", "!"),
    ExigenceState.BLOCKING: ("stop", "✕"),
    ExigenceState.NOT_APPLICABLE: ("", "–"),
    ExigenceState.AWAITED: ("info", "…"),
}
UNMET = frozenset({ExigenceState.RESERVED, ExigenceState.UNMET, ExigenceState.LIFTED, ExigenceState.BLOCKING})


@dataclass(frozen=True, slots=True)
class Row:
    """One exigence of a list."""

    line: ExigenceFacts
    state: ExigenceState
    blocking: bool
    remarks: tuple[Remark, ...]

    @property
    def exigence(self) -> Exigence:
        """The exigence itself."""
        return self.line.exigence

    @property
    def label(self) -> str:
        """The state, with a capital."""
        return self.state[:1].upper() + self.state[1:]

    @property
    def tone(self) -> str:
        """Class of its badge."""
        return TONES[self.state][0]

    @property
    def sign(self) -> str:
        """The sign beside the word."""
        return TONES[self.state][1]

    @property
    def computed(self) -> bool:
        """Nobody assesses it."""
        return self.exigence.calculee is not None

    @property
    def to_review(self) -> bool:
        """Something more than a detail is to be looked at again."""
        return any(remark.severity is not Severity.INFO for remark in self.remarks)


def rows(facts: DossierFacts) -> list[Row]:
    """Every exigence, in the order of the référentiel."""
    remarks = review(facts)
    return [
        Row(
            line,
            facts.states[line.exigence.id],
            facts.referentiel.bloquante(line.exigence),
            tuple(one for one in remarks if one.exigence == line.exigence.id),
        )
        for line in facts.lines
    ]


# Name in the address → its label, and the rows it keeps.
VIEWS = {
    "toutes": ("Toutes", lambda _: True),
    "a-evaluer": ("À évaluer", lambda row: row.state is ExigenceState.NOT_ASSESSED),
    "a-revoir": ("À revoir", lambda row: row.to_review),
    "non-atteintes": ("Non atteintes", lambda row: row.state in UNMET),
    "atteintes": ("Atteintes", lambda row: row.state.met),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The exigences of one dimension; None: nobody knows which."""

    dimension: Dimension | None
    rows: tuple[Row, ...]


def grouped(facts: DossierFacts, kept: Iterable[Row]) -> list[Group]:
    """Rows by dimension, in the order of the référentiel; the unknown ones last."""
    shown = list(kept)
    dimensions: list[Dimension | None] = [*facts.referentiel.dimensions, None]
    groups = [
        Group(one, tuple(row for row in shown if facts.referentiel.dimension_of(row.exigence) == one))
        for one in dimensions
    ]
    return [group for group in groups if group.rows]
