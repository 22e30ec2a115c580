"""Charts as values: the template only writes them. One line of shares by month, and the targets it aims at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tramontane.hospital.objectives.words import month_name, percent

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 136, 20, 36
_SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True, slots=True)
class Point:
    """One month. `running`: not closed yet; `shown`: its name is written under the axis."""

    x: int
    y: int
    month: str
    tick: str
    share: str
    running: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A level across the chart: a target or a graduation."""

    y: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template draws, in the units of its viewBox."""

    title: str
    points: tuple[Point, ...]
    path: str
    targets: tuple[Line, ...]
    grid: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def summary(self) -> str:
        """What a person who does not see the line must know."""
        if not self.points:
            return f"{self.title} : aucune mesure."
        first, last = self.points[0], self.points[-1]
        return f"{self.title} : {first.share} en {first.month}, {last.share} en {last.month}."


def chart(
    title: str, series: Sequence[tuple[date, float]], targets: Sequence[tuple[str, float]], running: date | None = None
) -> Chart:
    """Draw shares (0 to 1) by month, oldest first. `running`: the month that is not over, among them."""
    step = (WIDTH - LEFT - RIGHT) / max(len(series) - 1, 1)
    every = -(-len(series) // 8)
    points = tuple(
        Point(
            round(LEFT + rank * step), _y(share), month_name(month), _SHORT[month.month - 1], percent(share),
            running=month == running, shown=(len(series) - 1 - rank) % every == 0,
        )
        for rank, (month, share) in enumerate(series)
    )  # fmt: skip
    return Chart(
        title,
        points,
        " ".join(f"{'L' if rank else 'M'}{point.x} {point.y}" for rank, point in enumerate(points)),
        tuple(Line(_y(level), label) for label, level in targets),
        tuple(Line(_y(level / 100), f"{level}") for level in (0, 50, 100)),
    )


def _y(share: float) -> int:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP))
