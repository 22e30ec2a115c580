"""The review list: what a careful reader of the dossier would point at, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tramontane.rules.homologation.dossier import DossierFacts, ExigenceFacts, ExigenceState
from tramontane.rules.homologation.evidence import EvidenceKind, Freshness
from tramontane.rules.homologation.levels import Level, objections
from tramontane.rules.homologation.reserves import ReserveState, reserve_needed
from tramontane.rules.referentiels import TexteStatut


class Severity(StrEnum):
    """How much a remark weighs."""

    ERROR = "erreur"
    WARNING = "attention"
    INFO = "information"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at again."""

    rule: str
    severity: Severity
    exigence: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """A rule: when it holds for an exigence, its sentence is a remark."""

    code: str
    severity: Severity
    sentence: str
    holds: Callable[[DossierFacts, ExigenceFacts], bool]


def review(facts: DossierFacts) -> tuple[Remark, ...]:
    """Every remark on a dossier, errors first, then in the order of the référentiel."""
    found = [
        Remark(rule.code, rule.severity, line.exigence.id, f"{line.exigence.libelle} : {rule.sentence}")
        for line in facts.lines
        for rule in RULES
        if line.exigence.calculee is None and rule.holds(facts, line)
    ]
    ranks = list(Severity)
    return tuple(sorted(found, key=lambda remark: ranks.index(remark.severity)))


def _state(facts: DossierFacts, line: ExigenceFacts) -> ExigenceState:
    return facts.states[line.exigence.id]


def _any_fresh(line: ExigenceFacts, today: date, freshness: Freshness) -> bool:
    return any(proof.freshness(today) is freshness for proof in line.evidence)


def _objects(facts: DossierFacts, line: ExigenceFacts) -> bool:
    return bool(objections(facts.referentiel, line.exigence, line.assessment))


def _no_reserve(facts: DossierFacts, line: ExigenceFacts) -> bool:
    return line.reserve is None and reserve_needed(facts.referentiel, line.exigence, line.assessment.level)


def _useless_reserve(facts: DossierFacts, line: ExigenceFacts) -> bool:
    """The exigence is met at last: the réserve is to be lifted, with its proof."""
    reserve = line.reserve
    return reserve is not None and reserve.state(facts.today) is not ReserveState.LIFTED and line.assessment.level.met


def _collected_against(facts: DossierFacts, line: ExigenceFacts) -> bool:
    failing = any(
        proof.kind is EvidenceKind.MACHINE and proof.freshness(facts.today) is Freshness.FAILED
        for proof in line.evidence
    )
    return line.assessment.level.met and failing


_E, _W, _I = Severity
RULES = (
    ReviewRule(
        "bloquante-non-atteinte", _E, "elle n’est pas atteinte et n’admet aucune réserve",
        lambda f, x: _state(f, x) is ExigenceState.BLOCKING,
    ),
    ReviewRule(
        "conforme-sans-preuve", _E, "déclarée conforme sans aucune preuve",
        lambda _, x: x.assessment.level.met and not x.evidence,
    ),
    ReviewRule(
        "preuve-perimee", _E, "déclarée conforme, et aucune de ses preuves n’est en vigueur",
        lambda f, x: bool(x.evidence) and _state(f, x) is ExigenceState.UNPROVEN,
    ),
    ReviewRule("releve-contraire", _E, "déclarée conforme, et un relevé automatique dit le contraire", _collected_against),
    ReviewRule("evaluation-incomplete", _E, "le niveau déclaré demande des précisions qui manquent", _objects),
    ReviewRule("non-conforme-sans-reserve", _E, "non atteinte, sans réserve", _no_reserve),
    ReviewRule(
        "reserve-sans-action", _E, "sa réserve n’a aucune action",
        lambda _, x: x.carried is not None and not x.carried.planned,
    ),
    ReviewRule(
        "reserve-levee", _E, "sa réserve est levée et son niveau est à réévaluer",
        lambda f, x: _state(f, x) is ExigenceState.LIFTED and not f.decided,
    ),
    ReviewRule(
        "reserve-echue", _E, "sa réserve n’est pas levée et son échéance est passée",
        lambda f, x: x.reserve is not None and x.reserve.state(f.today) is ReserveState.OVERDUE,
    ),
    ReviewRule(
        "preuve-ancienne", _W, "une de ses preuves date de plus de douze mois",
        lambda f, x: _any_fresh(x, f.today, Freshness.STALE),
    ),
    ReviewRule(
        "action-en-retard", _W, "une action est en retard",
        lambda f, x: x.reserve is not None and x.reserve.lifted_on is None
        and any(action.overdue(f.today) for action in x.reserve.actions),
    ),
    ReviewRule("reserve-a-lever", _W, "elle est atteinte et sa réserve n’est pas levée", _useless_reserve),
    ReviewRule(
        "sans-responsable", _W, "évaluée, sans personne qui en réponde",
        lambda _, x: x.assessment.level is not Level.NOT_ASSESSED and not x.assessment.owner,
    ),
    ReviewRule(
        "sans-partie-prenante", _W, "évaluée, sans partie prenante",
        lambda _, x: x.assessment.level is not Level.NOT_ASSESSED and not x.assessment.stakeholders,
    ),
    ReviewRule(
        "texte-a-saisir", _I, "évaluée sans que son texte officiel soit saisi",
        lambda _, x: x.exigence.texte_statut in (TexteStatut.A_SAISIR, TexteStatut.PARAPHRASE)
        and x.assessment.level is not Level.NOT_ASSESSED,
    ),
)  # fmt: skip
