"""What is known of a dossier on a day, and the state of each exigence that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from tramontane.rules.homologation.evidence import Evidence
from tramontane.rules.homologation.levels import Assessment, Level
from tramontane.rules.homologation.reserves import Reserve, carried
from tramontane.rules.referentiels import Computation, Exigence, Referentiel


class ExigenceState(StrEnum):
    """Where an exigence stands once its level and its proofs are put together."""

    NOT_ASSESSED = "à évaluer"
    MET = "atteinte"
    MET_ON_PERIMETER = "atteinte sur un périmètre"
    UNPROVEN = "déclarée atteinte, sans preuve en vigueur"
    RESERVED = "non atteinte, avec réserve"
    UNMET = "non atteinte, sans réserve"
    LIFTED = "non atteinte, réserve levée"
    BLOCKING = "non atteinte, sans réserve possible"
    NOT_APPLICABLE = "sans objet"
    AWAITED = "en attente de la signature du PV"

    @property
    def met(self) -> bool:
        """Met, and proven."""
        return self in (ExigenceState.MET, ExigenceState.MET_ON_PERIMETER)


@dataclass(frozen=True, slots=True)
class ExigenceFacts:
    """One exigence of a dossier: what is declared, proven and reserved."""

    exigence: Exigence
    assessment: Assessment = field(default_factory=Assessment)
    evidence: tuple[Evidence, ...] = ()
    reserve: Reserve | None = None

    @property
    def carried(self) -> Reserve | None:
        """The réserve, when the PV names it."""
        return self.reserve if carried(self.reserve, self.assessment.level) else None


@dataclass(frozen=True, slots=True)
class SittingFacts:
    """The commission: when it sits, who is there, what is said.

    Attributes:
        head_present: the head of the establishment, or the person who represents them, attends.
        attendance_known: every member is noted present or absent.
        risks: the end of the sentence on residual risks; empty: not written yet.
    """

    day: date
    head_present: bool = False
    attendance_known: bool = False
    risks: str = ""
    opinions: int = 0


@dataclass(frozen=True)
class DossierFacts:
    """A dossier on a day.

    Attributes:
        lines: one an exigence, in the order of the référentiel.
        support: keys of the sections of the support documentaire that are written.
        sitting: the commission, None while it is not convened.
        decided: it has homologated.
        signed: an homologation signed for this référentiel is in force.
    """

    referentiel: Referentiel
    today: date
    lines: tuple[ExigenceFacts, ...]
    support: frozenset[str] = frozenset()
    sitting: SittingFacts | None = None
    decided: bool = False
    signed: bool = False

    @cached_property
    def states(self) -> dict[str, ExigenceState]:
        """The state of each exigence, under its identifier inside the référentiel."""
        return {line.exigence.id: self._state(line) for line in self.lines}

    def _state(self, line: ExigenceFacts) -> ExigenceState:
        level = line.assessment.level
        if line.exigence.calculee is Computation.HOMOLOGATION_SIGNEE:
            return ExigenceState.MET if self.signed else ExigenceState.AWAITED
        if level.unmet:
            return self._unmet(line)
        if level.met and not any(proof.in_effect(self.today) for proof in line.evidence):
            return ExigenceState.UNPROVEN
        return _BY_LEVEL[level]

    def _unmet(self, line: ExigenceFacts) -> ExigenceState:
        if self.referentiel.bloquante(line.exigence):
            return ExigenceState.BLOCKING
        if line.reserve is not None and line.reserve.lifted_on is not None:
            return ExigenceState.LIFTED  # proven, and still declared not met: only another level makes it met
        planned = line.reserve is not None and line.reserve.planned
        return ExigenceState.RESERVED if planned else ExigenceState.UNMET

    @property
    def assessed(self) -> int:
        """How many of the exigences a person assesses have been."""
        return sum(
            line.exigence.calculee is None and line.assessment.level is not Level.NOT_ASSESSED for line in self.lines
        )

    @property
    def missing_support(self) -> tuple[str, ...]:
        """Titles of the sections of the support that nobody wrote yet."""
        sections = self.referentiel.regles.support
        return tuple(one.titre for one in sections if not one.calculee and one.cle not in self.support)


_BY_LEVEL = {
    Level.NOT_ASSESSED: ExigenceState.NOT_ASSESSED,
    Level.COMPLIANT: ExigenceState.MET,
    Level.COMPLIANT_ON_PERIMETER: ExigenceState.MET_ON_PERIMETER,
    Level.NOT_APPLICABLE: ExigenceState.NOT_APPLICABLE,
}
