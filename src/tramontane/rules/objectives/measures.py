"""Facts → figures: one function for each kind of measure, one figure for each objective and year."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from tramontane.rules.homologation.months import add_months
from tramontane.rules.homologation.words import plural
from tramontane.rules.objectives.definitions import Objective, Target, definitions
from tramontane.rules.objectives.facts import Flow, Member, MonthFacts
from tramontane.rules.objectives.populations import members_of

# Objective 1.2: « une revue […] au minimum chaque année ».
REVIEW_MONTHS = 12


class State(StrEnum):
    """Where a figure stands before its target. What could not be measured is never reached."""

    REACHED = "atteint"
    BELOW = "sous la cible"
    NOT_MEASURED = "non mesuré"


class Figure(msgspec.Struct, frozen=True):
    """One objective, one year, one month.

    Attributes:
        reason: why it is not measured, or what else keeps it from its target; French, empty otherwise.
    """

    objective: str
    year: str
    numerator: int
    denominator: int
    threshold: float | None
    state: State
    reason: str = ""

    @property
    def share(self) -> float | None:
        """From 0 to 1; None when there is nobody to count."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def missing(self) -> int:
        """How many more would reach the target."""
        if self.threshold is None:
            return max(self.denominator - self.numerator, 0)
        return max(needed(self.threshold, self.denominator) - self.numerator, 0)


def needed(threshold: float, denominator: int) -> int:
    """The smallest count that reaches a share. Thresholds are whole percents: no float decides."""
    percent = round(threshold * 100)
    return -(-percent * denominator // 100)


def counts_for(objective: str, target: Target, facts: MonthFacts) -> Callable[[Member], bool]:
    """What makes one account count in the numerator of an objective."""
    open_sites = {site.id for site in facts.capability.sites if site.open_on(facts.day)}
    homologated = facts.capability.dmp is not None
    table: dict[str, Callable[[Member], bool]] = {
        "1.1": lambda member: member.rpps,
        "1.3": lambda member: member.strong if target.compte == "authentifies" else member.equipped or member.strong,
        "1.4": lambda member: homologated and bool(open_sites.intersection(member.sites)),
        "2.2": lambda member: member.consulted,
    }
    return table[objective]


def figures(facts: MonthFacts) -> tuple[Figure, ...]:
    """Every objective for every year that measures something, in the order of the table."""
    return tuple(
        MEASURES[objective.mesure.genre](objective, year, target, facts)
        for objective in definitions().objectifs
        for year, target in objective.cibles.items()
        if year != "2026"
    )


def judged(
    objective: Objective, year: str, target: Target, counted: tuple[int, int], reasons: tuple[str, str] = ("", "")
) -> Figure:
    """A figure with its state. `reasons`: what blocks it although the share is right; why nothing was counted."""
    numerator, denominator = counted
    blocked, empty = reasons
    if denominator == 0:
        return Figure(
            objective.id, year, 0, 0, target.seuil, State.NOT_MEASURED, empty or "Personne à compter ce mois."
        )
    reached = numerator >= needed(target.seuil if target.seuil is not None else 1.0, denominator) and not blocked
    state = State.REACHED if reached else State.BELOW
    return Figure(objective.id, year, numerator, denominator, target.seuil, state, blocked)


def _of_accounts(objective: Objective, year: str, target: Target, facts: MonthFacts) -> Figure:
    people = members_of(target.population, facts)
    counts = counts_for(objective.id, target, facts)
    blocked = "" if objective.id != "1.4" or facts.capability.dmp else "Aucune homologation DMP n’est en vigueur."
    return judged(objective, year, target, (sum(map(counts, people)), len(people)), (blocked, ""))


def _of_flow(objective: Objective, year: str, target: Target, facts: MonthFacts) -> Figure:
    whole = next((flow for flow in facts.flows if flow.service == 0), Flow(0, 0, 0, 0, 0))
    return judged(objective, year, target, (whole.collected, whole.patients), ("", "Aucun patient ce mois."))


def _of_movements(objective: Objective, year: str, target: Target, facts: MonthFacts) -> Figure:
    """A month without movement does not fail: then the review alone is judged, and the figure says « 0 sur 0 »."""
    moved = facts.movements
    late = " ".join(filter(None, (_review_late(facts), _activities_late(facts) if target.automatique else "")))
    counted = (moved.automatic if target.automatique else moved.applied, moved.received)
    if moved.received == 0:
        state = State.BELOW if late else State.REACHED
        return Figure(objective.id, year, 0, 0, target.seuil, state, late or "Aucun mouvement ce mois.")
    return judged(objective, year, target, counted, (late, ""))


def _review_late(facts: MonthFacts) -> str:
    last = facts.movements.last_review
    if last is None:
        return "Aucune revue des comptes n’est close."
    if add_months(last, REVIEW_MONTHS) < facts.day:
        return f"La dernière revue des comptes, close le {last:%d/%m/%Y}, a plus de {REVIEW_MONTHS} mois."
    return ""


def _activities_late(facts: MonthFacts) -> str:
    """« Les activités du RPPS sont mises à jour au sein du SIH ». A month closed before this reading existed is not judged."""
    stale = facts.movements.rpps_accounts - facts.movements.rpps_current
    if facts.reading.get("activites_rpps") != "exigees" or stale == 0:
        return ""
    accounts = plural(stale, "compte à RPPS n’a", "comptes à RPPS n’ont")
    return f"{stale} {accounts} eu ni activité reçue ni revue depuis {REVIEW_MONTHS} mois."


def _of_document(objective: Objective, year: str, target: Target, facts: MonthFacts) -> Figure:
    signed = facts.capability.rie
    if signed is None:
        return judged(objective, year, target, (0, 1), ("Aucun PV d’homologation des MIE n’est en vigueur.", ""))
    reserved = target.sans_reserve and signed.reserves > 0
    return judged(objective, year, target, (1, 1), ("Le PV en vigueur porte des réserves." if reserved else "", ""))


MEASURES: dict[str, Callable[[Objective, str, Target, MonthFacts], Figure]] = {
    "document": _of_document,
    "taux": _of_accounts,
    "capacite": _of_accounts,
    "flux": _of_flow,
    "mouvements": _of_movements,
}
