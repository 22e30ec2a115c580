"""Where a call is, and how long each phase took."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from itertools import pairwise

from tramontane.client.errors import Phase


class Timeline:
    """The phases of one call, stamped as they begin. Phases that did not happen (reused connection) are absent."""

    __slots__ = ("_marks", "_monotonic")

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._marks: list[tuple[Phase, float]] = []

    @property
    def phase(self) -> Phase:
        """The current one; CONNECTION before anything began (waiting for a free connection)."""
        return self._marks[-1][0] if self._marks else Phase.CONNECTION

    def enter(self, phase: Phase) -> None:
        """`phase` begins now; entering it again changes nothing."""
        if not self._marks or self._marks[-1][0] is not phase:
            self._marks.append((phase, self._monotonic()))

    def met(self, phase: Phase) -> bool:
        """Whether the call went through `phase`."""
        return any(mark is phase for mark, _ in self._marks)

    def durations(self) -> tuple[tuple[Phase, float], ...]:
        """(phase, seconds) for each phase met, in the order of `Phase`; the current one counts up to now."""
        spent: dict[Phase, float] = {}
        for (phase, start), (_, end) in pairwise([*self._marks, (self.phase, self._monotonic())]):
            spent[phase] = spent.get(phase, 0.0) + end - start
        return tuple((phase, spent[phase]) for phase in Phase if phase in spent)


# The call the current task is making; the TLS context reads it (see `tls.TracedContext`).
current_timeline: ContextVar[Timeline | None] = ContextVar("current_timeline", default=None)
