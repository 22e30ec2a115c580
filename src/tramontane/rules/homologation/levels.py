"""How far an exigence is met, as the hospital declares it, and what each level must be said with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tramontane.rules.referentiels import Exigence, Referentiel


class Level(StrEnum):
    """The levels. The official scale of the kit is not published: this one is the product's own."""

    NOT_ASSESSED = "non_evaluee"
    NON_COMPLIANT = "non_conforme"
    PARTLY = "partielle"
    COMPLIANT_ON_PERIMETER = "conforme_perimetre"
    COMPLIANT = "conforme"
    NOT_APPLICABLE = "non_applicable"

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]

    @property
    def met(self) -> bool:
        """The hospital declares the exigence met."""
        return self in (Level.COMPLIANT, Level.COMPLIANT_ON_PERIMETER)

    @property
    def unmet(self) -> bool:
        """The hospital declares the exigence not met: a réserve, or an obstacle."""
        return self in (Level.NON_COMPLIANT, Level.PARTLY)


_LABELS = {
    Level.NOT_ASSESSED: "Non évaluée",
    Level.NON_COMPLIANT: "Non conforme",
    Level.PARTLY: "Partiellement conforme",
    Level.COMPLIANT_ON_PERIMETER: "Conforme sur un périmètre",
    Level.COMPLIANT: "Conforme",
    Level.NOT_APPLICABLE: "Non applicable",
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the hospital declares of one exigence.

    Attributes:
        perimeter, steps, calendar: where it is met, how and when it will be met everywhere; printed in the PV.
        reason: why it does not apply.
        stakeholders: who keeps it respected.
        owner: who answers for it; empty: nobody yet.
    """

    level: Level = Level.NOT_ASSESSED
    perimeter: str = ""
    steps: str = ""
    calendar: str = ""
    reason: str = ""
    stakeholders: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an assessment cannot be recorded: the field at fault and a sentence."""

    field: str
    sentence: str


# Level → the fields it must be said with, and what to write there.
REQUIRED_WITH: dict[Level, tuple[tuple[str, str], ...]] = {
    Level.COMPLIANT_ON_PERIMETER: (
        ("perimeter", "Décrire le périmètre sur lequel l’exigence est atteinte : sites, services, utilisateurs."),
        ("steps", "Décrire les étapes de la généralisation : elles figureront au procès-verbal."),
        ("calendar", "Donner le calendrier de la généralisation : il figurera au procès-verbal."),
    ),
    Level.NOT_APPLICABLE: (("reason", "Dire pourquoi l’exigence ne s’applique pas à l’établissement."),),
}


def objections(referentiel: Referentiel, exigence: Exigence, assessment: Assessment) -> tuple[Objection, ...]:
    """Every reason not to record an assessment; empty when it may be."""
    found = [
        Objection(name, sentence)
        for name, sentence in REQUIRED_WITH.get(assessment.level, ())
        if not getattr(assessment, name).strip()
    ]
    return (*_of_level(referentiel, exigence, assessment.level), *found)


def _of_level(referentiel: Referentiel, exigence: Exigence, level: Level) -> tuple[Objection, ...]:
    """What the référentiel itself forbids."""
    if exigence.calculee is not None:
        return (Objection("level", f"{exigence.libelle} se calcule depuis le dossier : elle ne se coche pas."),)
    if level is Level.COMPLIANT_ON_PERIMETER and not exigence.perimetre_admis:
        return (
            Objection("level", f"Le référentiel n’admet pas de conformité sur un périmètre pour {exigence.libelle}."),
        )
    if level is Level.NOT_APPLICABLE and referentiel.bloquante(exigence):
        return (Objection("level", f"{exigence.libelle} conditionne le contrat : elle s’applique toujours."),)
    return ()


def levels_for(referentiel: Referentiel, exigence: Exigence) -> tuple[Level, ...]:
    """The levels a person may choose for an exigence."""
    return tuple(level for level in Level if not _of_level(referentiel, exigence, level))
