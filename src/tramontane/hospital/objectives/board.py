"""The board as values: one page for the direction, the same on the screen, on paper and in the exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tramontane.hospital.objectives import words
from tramontane.hospital.objectives.charts import Chart, chart
from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.selectors.statements import figures_of
from tramontane.rules.objectives import (
    Figure,
    Forecast,
    Lever,
    MonthFacts,
    Objective,
    Standing,
    State,
    definitions,
    figures,
    forecast,
    levers,
    standings,
)

MEASURED = ("2027", "2028")
TRENDS = ("2.1", "2.2")
ACTIONS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One objective for one year."""

    figure: Figure
    forecast: Forecast | None

    @property
    def share(self) -> str:
        """In percent."""
        return words.percent(self.figure.share)

    @property
    def counted(self) -> str:
        """« 12 sur 40 »; nothing when nobody is counted."""
        return words.counted(self.figure) if self.figure.denominator else ""

    @property
    def target(self) -> str:
        """The share to reach; « document » where a PV is asked for."""
        return words.percent(self.figure.threshold) if self.figure.threshold is not None else "document"

    @property
    def tone(self) -> str:
        """Class of its badge."""
        return words.TONES[self.figure.state][0]

    @property
    def sign(self) -> str:
        """The sign beside the word."""
        return words.TONES[self.figure.state][1]


@dataclass(frozen=True, slots=True)
class Row:
    """One objective, with its two years."""

    objective: Objective
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the direction reads. `read_at`: when figures « so far » were read; None for a closed month."""

    month: date
    facts: MonthFacts
    read_at: datetime | None
    rows: tuple[Row, ...]
    dicah: tuple[Standing, ...]
    charts: tuple[Chart, ...]
    actions: tuple[Lever, ...]

    @property
    def running(self) -> bool:
        """Whether the month is not over."""
        return self.read_at is not None

    def reached(self, year: str) -> int:
        """How many objectives are reached for a year."""
        return sum(
            cell.figure.state is State.REACHED for row in self.rows for cell in row.cells if cell.figure.year == year
        )

    @property
    def sentence(self) -> str:
        """The fact the page opens with."""
        when = "À ce jour" if self.running else "À la clôture"
        done = self.reached("2027")
        plural = "s" if done > 1 else ""
        return (
            f"{when}, {done} objectif{plural} sur {len(self.rows)} atteint{plural} pour 2027, "
            f"{self.reached('2028')} pour 2028."
        )


Series = dict[tuple[str, str], list[tuple[date, float]]]


def series_of(statements: Sequence[Statement]) -> Series:
    """Objective and year → its share by closed month, the oldest first. A month without anybody leaves no point."""
    found: Series = {}
    for statement in statements:
        for figure in figures_of(statement):
            if figure.share is not None:
                found.setdefault((figure.objective, figure.year), []).append((statement.month, figure.share))
    return found


def board(month: date, facts: MonthFacts, statements: Sequence[Statement], read_at: datetime | None = None) -> Board:
    """The board of a month, from its facts and the statements of the months before and after.

    Args:
        statements: in force, the oldest month first.
        read_at: the month is not over: its figures are « so far » at this instant, and no forecast rests on them.
    """
    found = {(one.objective, one.year): one for one in figures(facts)}
    series = series_of(statements)
    rows = tuple(
        Row(objective, tuple(_cell(found[objective.id, year], series) for year in MEASURED))
        for objective in definitions().objectifs
    )
    return Board(
        month, facts, read_at, rows, standings(facts),
        tuple(_chart(name, series, found[name, "2027"], month if read_at else None) for name in TRENDS),
        _actions(facts, found),
    )  # fmt: skip


def _cell(figure: Figure, series: Series) -> Cell:
    line = series.get((figure.objective, figure.year), [])
    if figure.threshold is None or figure.missing == 0:  # reached, or kept back by something no trend says
        return Cell(figure, None)
    return Cell(figure, forecast(line, figure.threshold, date(int(figure.year), 12, 31)))


def _chart(name: str, series: Series, figure: Figure, running: date | None) -> Chart:
    objective = definitions().objectif(name)
    line = series.get((name, "2027"), [])[-12:]
    if running is not None and figure.share is not None:
        line = [*[point for point in line if point[0] != running], (running, figure.share)]
    targets = [(f"{year} : {words.percent(objective.cibles[year].seuil)}", objective.cibles[year].seuil or 0.0)
               for year in MEASURED]  # fmt: skip
    return chart(TITLES[name], line, targets, running)


TITLES = {
    "2.1": "Patients dont le choix est recueilli",
    "2.2": "Utilisateurs habilités qui ont consulté",
}


def _actions(facts: MonthFacts, found: dict[tuple[str, str], Figure]) -> tuple[Lever, ...]:
    """What would move the nearest targets most: for each objective below its first target, its first lever."""
    first = [
        levers(found[one.id, "2027"], facts) or levers(found[one.id, "2028"], facts) for one in definitions().objectifs
    ]
    best = [some[0] for some in first if some]
    return tuple(sorted(best, key=lambda lever: -_weight(lever, found))[:ACTIONS])


def _weight(lever: Lever, found: dict[tuple[str, str], Figure]) -> float:
    """How much of the way to its target a lever is worth."""
    figure = found[lever.objective, "2027"]
    return lever.count / figure.denominator if figure.denominator else 1.0
