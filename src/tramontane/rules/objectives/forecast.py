"""Where a series goes if nothing changes: a straight line through its last months, with its assumptions said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from tramontane.rules.homologation.months import add_months

# Fewer closed months say nothing of a slope.
SHORTEST = 3
# Only the last months: what was tried two years ago is not a trend.
LONGEST = 6
# Beyond ten years a straight line is no forecast.
FARTHEST = 120


@dataclass(frozen=True, slots=True)
class Forecast:
    """A line.

    Attributes:
        month: first day of the month when the line reaches the threshold, of the last closed one when it did; None: it
            does not.
        monthly: change by month, in share.
        sentence: the forecast and its assumptions, in French.
        held: the last closed month reaches the threshold: nothing is to be foreseen.
    """

    month: date | None
    monthly: float
    sentence: str
    held: bool = False


def forecast(series: Sequence[tuple[date, float]], threshold: float, due: date) -> Forecast:
    """Extrapolate closed months (first day, share), oldest first, to a threshold due on a day."""
    kept = list(series)[-LONGEST:]
    if len(kept) < SHORTEST:
        return Forecast(None, 0.0, f"Pas de prévision : {len(kept)} mois clos, {SHORTEST} au moins sont nécessaires.")
    slope, at_last = _line([share for _, share in kept])
    assumption = f"Hypothèse : la pente des {len(kept)} derniers mois clos se maintient ({_points(slope)} par mois)."
    last = kept[-1][0].replace(day=1)
    if kept[-1][1] >= threshold:
        return Forecast(last, slope, f"Cible atteinte au dernier mois clos, {last:%m/%Y}. {assumption}", held=True)
    months = ceil((threshold - at_last) / slope - 1e-9) if slope > 0 else FARTHEST + 1
    if months > FARTHEST:
        return Forecast(None, slope, f"À cette pente, la cible n’est pas atteinte. {assumption}")
    reached = add_months(last, max(months, 1))
    verdict = "à temps" if reached <= due else "trop tard"
    return Forecast(
        reached, slope, f"Cible atteinte en {reached:%m/%Y}, {verdict} pour le {due:%d/%m/%Y}. {assumption}"
    )


def _points(slope: float) -> str:
    tenths = round(1000 * slope)
    return f"{'+' if tenths > 0 else '−' if tenths else ''}{abs(tenths) / 10:.1f}".replace(".", ",") + " points"


def _line(shares: list[float]) -> tuple[float, float]:
    """Least squares: the slope, and the value of the line at the last point."""
    count = len(shares)
    middle, mean = (count - 1) / 2, sum(shares) / count
    over = sum((rank - middle) ** 2 for rank in range(count))
    slope = sum((rank - middle) * (share - mean) for rank, share in enumerate(shares)) / over
    return slope, mean + slope * (count - 1 - middle)
