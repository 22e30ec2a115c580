"""The doors of the path, from the self-assessment to the contract. Each says every reason why it is shut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tramontane.rules.homologation.dossier import DossierFacts, ExigenceState
from tramontane.rules.homologation.words import NBSP, enumerated, plural

WEBINAIRE = "webinaire ANS n° 4, 22/04/2026"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a gate is shut.

    Attributes:
        code: stable identifier.
        sentence, reference, next_step: what the person reads.
        exigences: identifiers of the exigences concerned, inside the référentiel.
    """

    code: str
    sentence: str
    reference: str
    next_step: str
    exigences: tuple[str, ...] = ()


class GateName(StrEnum):
    """The doors, in the order of the path."""

    ASSESSMENT = "terminer l’auto-évaluation"
    COMMISSION = "ouvrir la commission"
    SITTING = "refuser ou ajourner"
    DECISION = "homologuer"
    SIGNATURE = "signer le PV"
    CONTRACT = "contractualiser"


@dataclass(frozen=True, slots=True)
class Gate:
    """A door and every reason that keeps it shut."""

    name: GateName
    obstacles: tuple[Obstacle, ...]

    @property
    def open(self) -> bool:
        """No obstacle is left."""
        return not self.obstacles


Check = Callable[[DossierFacts], Iterable[Obstacle]]


def gate(name: GateName, facts: DossierFacts) -> Gate:
    """A door on a day, with all its obstacles, in the order of the table."""
    return Gate(name, tuple(obstacle for check in CHECKS[name] for obstacle in check(facts)))


def _active(facts: DossierFacts) -> Iterator[Obstacle]:
    if not facts.referentiel.actif:
        yield Obstacle(
            "referentiel-inactif",
            f"Le {facts.referentiel.sigle} est inactif{NBSP}: aucun dossier ne peut être jugé dessus.",
            facts.referentiel.nom,
            "Importer le texte officiel du référentiel.",
        )


def _prerequisites(facts: DossierFacts) -> Iterator[Obstacle]:
    """« Après que les exigences suivantes du référentiel DMP soient validées » (webinaire)."""
    yield from _not_met(facts, facts.referentiel.regles.prealables_commission, "prealable-non-atteint")


def _blocking(facts: DossierFacts) -> Iterator[Obstacle]:
    """« Les exigences pour lesquelles il n'y a pas possibilité de réserve pour pouvoir contractualiser » (webinaire)."""
    yield from _not_met(facts, facts.referentiel.regles.bloquantes, "bloquante-non-atteinte")


# State of an exigence that must be met → why it is not, and what to do.
_WHY: dict[ExigenceState, tuple[str, str]] = {
    ExigenceState.NOT_ASSESSED: ("n’est pas évaluée", "Évaluer l’exigence."),
    ExigenceState.UNPROVEN: ("est déclarée atteinte sans preuve en vigueur", "Joindre une preuve en vigueur."),
    ExigenceState.BLOCKING: (
        "n’est pas atteinte et n’admet aucune réserve",
        "Mener les actions qui la feront atteindre.",
    ),
    ExigenceState.UNMET: ("n’est pas atteinte", "Mener les actions qui la feront atteindre."),
    ExigenceState.RESERVED: ("n’est pas atteinte", "Mener les actions qui la feront atteindre."),
    ExigenceState.LIFTED: ("n’est pas atteinte, sa réserve est levée", "Réévaluer l’exigence."),
    ExigenceState.NOT_APPLICABLE: ("est déclarée sans objet", "Évaluer l’exigence."),
    ExigenceState.AWAITED: ("attend la signature du procès-verbal", "Faire signer le procès-verbal."),
}


def _not_met(facts: DossierFacts, names: tuple[str, ...], code: str) -> Iterator[Obstacle]:
    for line in facts.lines:
        state = facts.states[line.exigence.id]
        if line.exigence.id not in names or state.met:
            continue
        why, next_step = _WHY[state]
        title = f" ({line.exigence.titre})" if line.exigence.titre else ""
        yield Obstacle(
            code,
            f"{line.exigence.libelle}{title} {why}.",
            f"{facts.referentiel.sigle}, {line.exigence.libelle} ; {WEBINAIRE}",
            next_step,
            (line.exigence.id,),
        )


def _assessed(facts: DossierFacts) -> Iterator[Obstacle]:
    """« Après avoir finalisé son auto-évaluation vis-à-vis de l'ensemble des exigences » (webinaire)."""
    left = [line.exigence for line in facts.lines if facts.states[line.exigence.id] is ExigenceState.NOT_ASSESSED]
    if left:
        shown = [exigence.libelle for exigence in left[:6]]
        if len(left) > len(shown):
            shown.append(f"{len(left) - len(shown)} {plural(len(left) - len(shown), 'autre', 'autres')}")
        yield Obstacle(
            "auto-evaluation-incomplete",
            f"{len(left)} {plural(len(left), 'exigence n’est pas évaluée', 'exigences ne sont pas évaluées')}{NBSP}: "
            f"{enumerated(shown)}.",
            WEBINAIRE,
            "Terminer l’auto-évaluation.",
            tuple(exigence.id for exigence in left),
        )


def _planned(facts: DossierFacts) -> Iterator[Obstacle]:
    """« en identifiant les non conformités associées à plan d'action pour lever les réserves » (webinaire)."""
    left = [line.exigence for line in facts.lines if facts.states[line.exigence.id] is ExigenceState.UNMET]
    if left:
        names = enumerated([exigence.libelle for exigence in left])
        yield Obstacle(
            "reserve-sans-plan",
            f"{names} : {plural(len(left), 'non atteinte, sans réserve ni action', 'non atteintes, sans réserve ni action')}.",
            WEBINAIRE,
            "Écrire une réserve et au moins une action pour chacune.",
            tuple(exigence.id for exigence in left),
        )


def _reassessed(facts: DossierFacts) -> Iterator[Obstacle]:
    """A réserve that is lifted leaves the PV: what it said not met must be met by then. Once signed, nothing is asked: the
    PV keeps what it said, and its levels are those of that day."""
    for line in facts.lines:
        lifted = line.reserve.lifted_on if line.reserve else None
        if lifted is not None and facts.states[line.exigence.id] is ExigenceState.LIFTED:
            yield Obstacle(
                "reserve-levee",
                f"{line.exigence.libelle}{NBSP}: réserve levée le {lifted:%d/%m/%Y}, niveau à réévaluer.",
                WEBINAIRE,
                "Reprendre l’auto-évaluation et évaluer l’exigence de nouveau, ou retirer cette réserve et en écrire une autre.",
                (line.exigence.id,),
            )


def _support(facts: DossierFacts) -> Iterator[Obstacle]:
    """« Avant de réunir cette commission, la structure devra réaliser […] un support documentaire » (webinaire)."""
    missing = facts.missing_support
    if missing:
        yield Obstacle(
            "support-incomplet",
            f"Le support documentaire n’est pas complet{NBSP}: il manque {len(missing)} "
            f"{plural(len(missing), 'partie', 'parties')} sur {len(facts.referentiel.regles.support)}.",
            WEBINAIRE,
            "Écrire les parties manquantes.",
        )


def _held(facts: DossierFacts) -> Iterator[Obstacle]:
    """The commission has sat, with the head of the establishment or their representative."""
    sitting = facts.sitting
    if sitting is None:
        yield Obstacle("commission-absente", "La commission n’est pas convoquée.", WEBINAIRE, "Fixer la séance.")
        return
    if facts.today < sitting.day:
        day = f"{sitting.day:%d/%m/%Y}"
        yield Obstacle(
            "commission-a-venir", f"La séance du {day} n’a pas encore eu lieu.", WEBINAIRE, "Attendre la séance."
        )
    if not sitting.attendance_known:
        yield Obstacle(
            "presences-inconnues", "Les présences ne sont pas toutes notées.", WEBINAIRE, "Noter qui était présent."
        )
    elif not sitting.head_present:
        yield Obstacle(
            "responsable-absent",
            "Ni le responsable de l’établissement ni son représentant n’était présent.",
            WEBINAIRE,
            "Noter sa présence, ou réunir de nouveau la commission.",
        )


def _risks(facts: DossierFacts) -> Iterator[Obstacle]:
    """« Partage des risques résiduels et le plan de réduction des risques » (webinaire)."""
    if facts.sitting is not None and not facts.sitting.risks.strip():
        yield Obstacle(
            "risques-non-ecrits",
            "La phrase sur les risques résiduels n’est pas écrite.",
            WEBINAIRE,
            "Compléter « Le passage en revue des risques significatifs résiduels met en évidence que… ».",
        )


def _decided(facts: DossierFacts) -> Iterator[Obstacle]:
    if not facts.decided:
        yield Obstacle(
            "decision-absente",
            "La commission n’a pas homologué.",
            WEBINAIRE,
            "Enregistrer la décision de la commission.",
        )


def _version(facts: DossierFacts) -> Iterator[Obstacle]:
    """Asked before the commission: an open dossier keeps its edition, a decided one could never be signed."""
    if not (facts.referentiel.version or "").strip():
        yield Obstacle(
            "version-inconnue",
            f"La version du {facts.referentiel.sigle} n’est pas connue{NBSP}: le procès-verbal doit la citer.",
            "modèle de PV du kit (webinaire)",
            "Importer la version avec le texte officiel, archiver ce dossier, puis en ouvrir un autre"
            f"{NBSP}: il reprend les réponses, les preuves et le support.",
        )


def _wording(facts: DossierFacts) -> Iterator[Obstacle]:
    """The PV prints its own sentences: unknown, they are not made up."""
    if facts.referentiel.regles.mention is None or facts.referentiel.regles.prononce is None:
        yield Obstacle(
            "libelle-inconnu",
            f"Le libellé du procès-verbal n’est pas connu pour le {facts.referentiel.sigle}.",
            facts.referentiel.nom,
            "Importer les phrases du procès-verbal avec le texte officiel.",
        )


CHECKS: dict[GateName, tuple[Check, ...]] = {
    GateName.ASSESSMENT: (_assessed,),
    GateName.COMMISSION: (_active, _prerequisites, _assessed, _version),
    GateName.SITTING: (_held,),
    GateName.DECISION: (_active, _prerequisites, _assessed, _planned, _reassessed, _support, _held, _risks),
    GateName.SIGNATURE: (_active, _decided, _prerequisites, _assessed, _planned, _reassessed, _version, _wording),
    GateName.CONTRACT: (_active, _blocking, _assessed, _planned, _support),
}
