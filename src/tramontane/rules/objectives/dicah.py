"""The five conditions of the webinar (« conditions cumulatives »): figures, gap, next action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.rules.homologation.months import add_months
from tramontane.rules.homologation.words import plural
from tramontane.rules.objectives.definitions import Population, definitions
from tramontane.rules.objectives.facts import Flow, MonthFacts
from tramontane.rules.objectives.populations import is_entitled, members_of

# EXI 20: the matrix is reviewed at least once a year.
MATRIX_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """One condition.

    Attributes:
        done: whether nothing is missing, as measured here.
        figure, gap, action: sentences in French; `gap` and `action` are empty when it is done.
        desk: where the action is done.
    """

    key: str
    label: str
    done: bool
    figure: str
    gap: str
    action: str
    desk: str


@dataclass(frozen=True, slots=True)
class _Found:
    done: bool
    figure: str
    gap: str
    action: str
    desk: str


def standings(facts: MonthFacts) -> tuple[Standing, ...]:
    """The five, in their order."""
    found = []
    for condition in definitions().dicah:
        one = _CONDITIONS[condition.cle](facts)
        gap, action = ("", "") if one.done else (one.gap, one.action)
        found.append(Standing(condition.cle, condition.libelle, one.done, one.figure, gap, action, one.desk))
    return tuple(found)


def _software(facts: MonthFacts) -> _Found:
    done = facts.capability.software
    figure = "Numéro d’homologation du logiciel renseigné." if done else "Numéro d’homologation du logiciel absent."
    return _Found(
        done, figure, "Le logiciel qui signe les appels n’est pas identifié.", "Renseigner la connexion au DMP", "rssi"
    )


def _identities(facts: MonthFacts) -> _Found:
    total, good = facts.readiness.patients, facts.readiness.qualified
    left = total - good
    figure = f"{good} patients du mois sur {total} ont une INS qualifiée{_share(good, total)}."
    return _Found(
        total > 0 and left == 0,
        figure,
        f"{left} identités à qualifier.",
        "Qualifier les identités des arrivées",
        "admissions",
    )


def _consent(facts: MonthFacts) -> _Found:
    whole = next((flow for flow in facts.flows if flow.service == 0), Flow(0, 0, 0, 0, 0))
    left = whole.patients - whole.collected
    figure = (
        f"{whole.collected} choix recueillis pour {whole.patients} patients{_share(whole.collected, whole.patients)}."
    )
    return _Found(
        whole.patients > 0 and left == 0, figure, f"{left} patients du mois sans choix enregistré.",
        "Recueillir le choix à l’arrivée", "admissions",
    )  # fmt: skip


def _authentication(facts: MonthFacts) -> _Found:
    people = members_of(Population.ENTITLED, facts)
    ready = sum(one.equipped or one.strong for one in people)
    open_sites = sum(site.open_on(facts.day) for site in facts.capability.sites)
    sites = len(facts.capability.sites)
    figure = f"{ready} utilisateurs habilités sur {len(people)} ont deux facteurs ; {open_sites} {_sites(open_sites)} sur {sites} sous contrat AIR."
    without = len(people) - ready
    done = bool(people) and not without and sites > 0 and open_sites == sites
    gap = f"{without} utilisateurs habilités sans second facteur ; {sites - open_sites} {_sites(sites - open_sites)} sans contrat AIR en cours."
    action = "Enrôler les seconds facteurs" if without else "Préparer le contrat AIR"
    return _Found(done, figure, gap, action, "comptes" if without else "homologation")


def _matrix(facts: MonthFacts) -> _Found:
    known, reviewed = facts.readiness, facts.readiness.matrix_reviewed
    entitled = sum(is_entitled(one, facts.reading) for one in facts.members)
    when = f", relue le {reviewed:%d/%m/%Y}" if reviewed else ""
    figure = f"Matrice de {known.matrix_rules} règles{when} ; {entitled} comptes habilités."
    if not known.matrix_rules:
        return _Found(
            False,  # noqa: FBT003 - the first field of the value
            "Aucune matrice publiée.",
            "Aucune règle locale.",
            "Publier la matrice d’habilitation",
            "habilitations",
        )
    fresh = reviewed is not None and add_months(reviewed, MATRIX_MONTHS) >= facts.day
    return _Found(
        fresh,
        figure,
        f"La matrice n’a pas été relue depuis {MATRIX_MONTHS} mois.",
        "Relire la matrice",
        "habilitations",
    )


def _sites(count: int) -> str:
    return plural(count, "site", "sites")


def _share(part: int, whole: int) -> str:
    return f" ({100 * part // whole} %)" if whole else ""


_CONDITIONS: dict[str, Callable[[MonthFacts], _Found]] = {
    "D": _software, "I": _identities, "C": _consent, "A": _authentication, "H": _matrix,
}  # fmt: skip
