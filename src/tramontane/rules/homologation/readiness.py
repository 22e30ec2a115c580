"""« Prêt à contractualiser : 4 étapes sur 6 »: the steps of the webinar, each with what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.rules.homologation.dossier import DossierFacts
from tramontane.rules.homologation.words import NBSP, enumerated, plural
from tramontane.rules.referentiels import Etape, StepCondition


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its wording in the référentiel, and what is missing (empty: done)."""

    rank: int
    label: str
    missing: str
    condition: StepCondition

    @property
    def done(self) -> bool:
        """Nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Readiness:
    """All the steps towards the contract."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many steps are done, in whatever order."""
        return sum(step.done for step in self.steps)

    @property
    def ready(self) -> bool:
        """There are steps, and all of them are done."""
        return bool(self.steps) and self.done == len(self.steps)

    @property
    def sentence(self) -> str:
        """« Prêt à contractualiser : 4 étapes sur 6 »."""
        if self.ready:
            return "Prêt à contractualiser"
        return f"Prêt à contractualiser{NBSP}: {self.done} {plural(self.done, 'étape', 'étapes')} sur {len(self.steps)}"

    @property
    def next(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.done), None)


def readiness(facts: DossierFacts) -> Readiness:
    """Every step of the référentiel on a day."""
    etapes = facts.referentiel.regles.etapes
    return Readiness(
        tuple(
            Step(rank, etape.libelle, _MISSING[etape.condition](facts, etape), etape.condition)
            for rank, etape in enumerate(etapes, start=1)
        )
    )


def _exigences(facts: DossierFacts, etape: Etape) -> str:
    named = [line.exigence for line in facts.lines if line.exigence.id in etape.exigences]
    left = [exigence.libelle for exigence in named if not facts.states[exigence.id].met]
    return f"{enumerated(left)} {plural(len(left), 'n’est pas atteinte', 'ne sont pas atteintes')}." if left else ""


def _assessment(facts: DossierFacts, _etape: Etape) -> str:
    total = len(facts.referentiel.assessed)
    left = total - facts.assessed
    return f"{left} {plural(left, 'exigence', 'exigences')} à évaluer sur {total}." if left else ""


def _support(facts: DossierFacts, _etape: Etape) -> str:
    left = len(facts.missing_support)
    return f"{left} {plural(left, 'partie', 'parties')} à écrire." if left else ""


def _commission(facts: DossierFacts, _etape: Etape) -> str:
    sitting = facts.sitting
    if sitting is None:
        return "La commission n’est pas convoquée."
    if facts.today < sitting.day:
        return f"La séance a lieu le {sitting.day:%d/%m/%Y}."
    return "" if sitting.attendance_known and sitting.head_present else "Les présences ne sont pas établies."


def _pv(facts: DossierFacts, _etape: Etape) -> str:
    return "" if facts.signed else "Le procès-verbal n’est pas signé, ou n’est plus en vigueur."


_MISSING: dict[StepCondition, Callable[[DossierFacts, Etape], str]] = {
    StepCondition.EXIGENCES_ATTEINTES: _exigences,
    StepCondition.AUTO_EVALUATION: _assessment,
    StepCondition.SUPPORT: _support,
    StepCondition.COMMISSION: _commission,
    StepCondition.PV: _pv,
}
