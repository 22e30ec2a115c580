"""The same figure by service and by profession, without a patient and without a name; and what would move it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tramontane.rules.objectives.definitions import Population, definitions
from tramontane.rules.objectives.facts import Member, MonthFacts
from tramontane.rules.objectives.measures import Figure, counts_for, needed
from tramontane.rules.objectives.populations import members_of

# Below the target by less than this share of the count: « juste sous le seuil ».
NEAR = 0.10


@dataclass(frozen=True, slots=True)
class Row:
    """One service or one profession. `key`: service identifier as text, or code of TRE_G15; empty: none."""

    key: str
    numerator: int
    denominator: int
    missing: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None when there is nobody."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def near(self) -> bool:
        """Just below the target."""
        return 0 < self.missing <= max(1, round(NEAR * self.denominator))


def by_service(objective: str, year: str, facts: MonthFacts) -> tuple[Row, ...]:
    """Rows of every service counted, those that miss most first. An account of two services stands in both."""
    target = definitions().objectif(objective).cibles[year]
    if target.population is Population.FLOW:
        flows = [flow for flow in facts.flows if flow.service]
        return _sorted(_row(str(f.service), f.collected, f.patients, target.seuil) for f in flows)
    return _rows(objective, year, facts, lambda member: [str(pk) for pk in member.services] or [""])


def by_profession(objective: str, year: str, facts: MonthFacts) -> tuple[Row, ...]:
    """Rows of every profession counted; none for what is not counted over accounts."""
    return _rows(objective, year, facts, lambda member: [member.profession])


def _rows(objective: str, year: str, facts: MonthFacts, keys: Callable[[Member], Iterable[str]]) -> tuple[Row, ...]:
    target = definitions().objectif(objective).cibles[year]
    if target.population in (Population.NOBODY, Population.FLOW):
        return ()
    counts = counts_for(objective, target, facts)
    totals: dict[str, list[int]] = {}
    for member in members_of(target.population, facts):
        for key in keys(member):
            total = totals.setdefault(key, [0, 0])
            total[0] += counts(member)
            total[1] += 1
    return _sorted(_row(key, got, of, target.seuil) for key, (got, of) in totals.items())


def _row(key: str, numerator: int, denominator: int, threshold: float | None) -> Row:
    wanted = needed(threshold if threshold is not None else 1.0, denominator)
    return Row(key, numerator, denominator, max(wanted - numerator, 0))


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.missing, row.share if row.share is not None else 1.0, row.key)))


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that would move a figure.

    Attributes:
        count: accounts, patients or movements concerned; 1 when it is one thing to do.
        counted: whether the number says something.
        sentence: in French, without its count.
        desk: where it is done: `comptes`, `admissions`, `habilitations`, `homologation`, `services`.
    """

    objective: str
    count: int
    sentence: str
    desk: str
    counted: bool = True


def levers(figure: Figure, facts: MonthFacts) -> tuple[Lever, ...]:
    """What keeps a figure below its target, the largest first; nothing when it is reached."""
    if figure.missing == 0 and not figure.reason:
        return ()
    target = definitions().objectif(figure.objective).cibles[figure.year]
    if target.population is Population.FLOW:
        found = [_silent_services(figure, facts)]
    elif target.population is Population.NOBODY:
        found = [_single(figure)]
    else:
        counts = counts_for(figure.objective, target, facts)
        left = [member for member in members_of(target.population, facts) if not counts(member)]
        found = [
            Lever(figure.objective, sum(map(test, left)), sentence, desk)
            for test, sentence, desk in _CAUSES[figure.objective]
        ]
    return tuple(sorted((one for one in found if one.count), key=lambda one: -one.count))


def _single(figure: Figure) -> Lever:
    """What a document or a review asks for; or movements left to apply."""
    desk = _DESKS[figure.objective]
    if figure.reason:
        return Lever(figure.objective, 1, figure.reason.rstrip("."), desk, counted=False)
    return Lever(figure.objective, figure.missing, _UNAPPLIED, desk)


def _silent_services(figure: Figure, facts: MonthFacts) -> Lever:
    rows = [row for row in by_service(figure.objective, figure.year, facts) if row.missing]
    names = ", ".join(facts.services.get(int(row.key), "service inconnu") for row in rows[:3])
    return Lever(
        figure.objective, figure.missing, f"Recueillir le choix dans les services en retrait : {names}", "admissions"
    )


_UNAPPLIED = "Mouvements à appliquer, ou à recevoir du flux automatique"
_DESKS = {"1.0": "homologation", "1.2": "comptes"}
_NEVER = (
    lambda m: m.rpps and m.equipped and not m.consulted,
    "Utilisateurs prêts qui n’ont pas consulté ce mois",
    "services",
)
_CAUSES: dict[str, tuple[tuple[Callable[[Member], bool], str, str], ...]] = {
    "1.1": ((lambda m: not m.rpps, "Comptes sans RPPS", "comptes"),),
    "1.3": (
        (lambda m: not m.equipped, "Comptes sans second facteur", "comptes"),
        (lambda m: m.equipped and m.weak, "Comptes équipés, connectés ce mois avec un seul facteur", "comptes"),
        (lambda m: m.equipped and not m.weak, "Comptes équipés qui ne se sont pas connectés ce mois", "services"),
    ),
    "1.4": (
        (lambda m: not m.sites, "Comptes sans service", "comptes"),
        (lambda m: bool(m.sites), "Comptes dont aucun site n’est ouvert à la consultation", "homologation"),
    ),
    "2.2": (
        (lambda m: not m.rpps, "Utilisateurs habilités sans RPPS", "comptes"),
        (lambda m: m.rpps and not m.equipped, "Utilisateurs habilités sans second facteur", "comptes"),
        _NEVER,
    ),
}  # fmt: skip
