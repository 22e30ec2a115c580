"""Shares, months and states in French, the same on the screen, in the PDF and in the exports."""

from __future__ import annotations

from datetime import date

from tramontane.rules.homologation.words import of
from tramontane.rules.objectives import Figure, State
from tramontane.ui.templatetags.ui import MONTHS, NBSP

# State → tone of its badge, and the sign beside the word: never colour alone.
TONES = {State.REACHED: ("ok", "✓"), State.BELOW: ("warn", "!"), State.NOT_MEASURED: ("", "○")}


def percent(share: float | None) -> str:
    """« 74,9 % »: rounded down, so that what is below a target never reads as reached."""
    if share is None:
        return "—"
    tenths = int(share * 1000 + 1e-9)
    whole, tenth = divmod(tenths, 10)
    return f"{whole},{tenth}{NBSP}%" if tenth else f"{whole}{NBSP}%"


def counted(figure: Figure) -> str:
    """« 12 sur 40 »."""
    return f"{number(figure.numerator)} sur {number(figure.denominator)}"


def number(value: int) -> str:
    """« 12 480 »."""
    return f"{value:,}".replace(",", "\u202f")


def month_name(month: date) -> str:
    """« novembre 2026 »."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def of_month(month: date) -> str:
    """« de novembre 2026 », « d’avril 2026 »."""
    return of(month_name(month))


def duration(seconds: int) -> str:
    """« 3 jours », « 5 h », « moins d’une minute »."""
    for size, unit, plural in ((86_400, "jour", "jours"), (3_600, "h", "h"), (60, "min", "min")):
        if seconds >= size:
            count = seconds // size
            return f"{count}{NBSP}{plural if count > 1 else unit}"
    return "moins d’une minute"
