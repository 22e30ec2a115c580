"""How the command line shows verdicts and errors to a reader."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from tramontane.cli.printable import printable
from tramontane.dmp.verdicts import Outcome, Verdict

MARKS = {
    Outcome.PASSED: ("✓", "réussi", "green"),
    Outcome.FAILED: ("✗", "échoué", "red"),
    Outcome.NOT_RUN: ("–", "non exécuté", "yellow"),
}


class _SafeConsole(Console):
    """Styles are ours; the words may come from a hostile document, and rich lets ESC through."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def console(*, stderr: bool = False) -> Console:
    """A console that writes plain text, wide enough for tables, when nobody looks."""
    stream = sys.stderr if stderr else sys.stdout
    return _SafeConsole(stderr=stderr, highlight=False, soft_wrap=True, width=None if stream.isatty() else 180)


def show_verdicts(verdicts: Iterable[Verdict], out: Console | None = None) -> None:
    """One line a step; what was expected and received when it failed."""
    out = out or console()
    for verdict in verdicts:
        mark, word, colour = MARKS[verdict.outcome]
        out.print(Text.assemble((f"{mark} {verdict.step:>2}  ", colour), verdict.title, (f"  {word}", colour)))
        if verdict.outcome is Outcome.FAILED:
            _details(verdict, out)


def _details(verdict: Verdict, out: Console) -> None:
    lines = (
        ("attendu", verdict.expected),
        ("reçu", verdict.received),
        ("où", verdict.location),
        ("référence", verdict.reference),
        ("à faire", verdict.next_step),
    )
    for label, text in lines:
        if text:
            out.print(Text(f"       {label}\N{NO-BREAK SPACE}: {text}", style="dim" if label == "référence" else ""))


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """The stable JSON form of a verdict."""
    return {
        "step": verdict.step,
        "code": verdict.code,
        "title": verdict.title,
        "outcome": verdict.outcome.value,
        "expected": verdict.expected,
        "received": verdict.received,
        "location": verdict.location,
        "reference": verdict.reference,
        "next_step": verdict.next_step,
    }
