"""The establishments of a group together: numerators and denominators added, nothing averaged."""

from __future__ import annotations

from collections.abc import Sequence

from tramontane.rules.objectives.measures import Figure, State, needed


def total(figures: Sequence[Figure]) -> Figure:
    """One objective and year over several establishments, at one month.

    Somebody known in two of them counts twice: accounts and patients are not compared across establishments. The group
    reaches its target when the sums do and nothing holds one of its establishments back.

    Raises:
        ValueError: no figure, or figures of several objectives or years.
    """
    if len({(one.objective, one.year) for one in figures}) != 1:
        raise ValueError("a total is made of figures of one objective and one year")
    first = figures[0]
    numerator, denominator = sum(one.numerator for one in figures), sum(one.denominator for one in figures)
    reached = sum(one.state is State.REACHED for one in figures)
    said = f"{reached} sur {len(figures)} atteignent la cible."
    wanted = needed(first.threshold if first.threshold is not None else 1.0, denominator)
    held_back = any(one.reason and one.state is State.BELOW for one in figures)
    if all(one.state is State.NOT_MEASURED for one in figures):
        state = State.NOT_MEASURED
    else:
        state = State.REACHED if numerator >= wanted and not held_back else State.BELOW
    return Figure(first.objective, first.year, numerator, denominator, first.threshold, state, said)
