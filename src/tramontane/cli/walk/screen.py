"""How the walk looks: steps, tables of documents, one card a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.box import ROUNDED, SIMPLE
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tramontane.cli.entries import act_day, act_order, author, states, type_label
from tramontane.demo.compose import typographic
from tramontane.dmp.errors import RemoteRefusal
from tramontane.dmp.xds import DocumentEntry
from tramontane.rules.access import Reason, Refused


@dataclass(frozen=True)
class Screen:
    """The demo's page: sentences, then detail."""

    console: Console

    def title(self, text: str) -> None:
        """A chapter."""
        self.console.print()
        self.console.rule(f"[bold]{typographic(text)}[/bold]", align="left")

    def say(self, text: str, style: str = "") -> None:
        """One sentence."""
        self.console.print(Text(typographic(text), style=style))

    def done(self, text: str) -> None:
        """Something that went well."""
        self.console.print(Text.assemble(("✓ ", "green"), typographic(text)))

    def documents(self, entries: Sequence[DocumentEntry], new: frozenset[str]) -> None:
        """The list a professional reads: what, when, by whom, and its state in words."""
        table = Table(box=SIMPLE, pad_edge=False, header_style="bold")
        for heading in ("", "Document", "Type", "Acte du", "Auteur", "État"):
            table.add_column(heading)
        for entry in sorted(entries, key=act_order, reverse=True):
            mark = Text("● nouveau", style="green") if entry.unique_id in new else Text("")
            table.add_row(mark, entry.title, type_label(entry), act_day(entry), author(entry), ", ".join(states(entry)))
        self.console.print(table)

    def refused_here(self, who: str, decision: Refused) -> None:
        """A refusal of the hospital's own rules: every reason, its reference, what to do and who can."""
        self._card(who, "l'établissement, avant tout appel", map(_reason, decision.reasons))

    def refused_after(self, who: str, answer: str, decision: Refused) -> None:
        """A refusal drawn from the SI-DMP's answer to TD0.2."""
        self._card(
            who, f"le SI-DMP répond « {answer} » (TD0.2), l'établissement en conclut", map(_reason, decision.reasons)
        )

    def refused_there(self, who: str, transaction: str, error: RemoteRefusal) -> None:
        """A refusal of the SI-DMP, its code verbatim."""
        lines = [
            Text(f"code sur le fil : {error.remote_code}", style="bold red"),
            Text(f"texte : {error.remote_text or '(aucun)'}"),
            *_labelled(
                ("Ce que cela veut dire", error.message), ("Référence", error.reference), ("À faire", error.next_step)
            ),
        ]
        self._card(who, f"le SI-DMP ({transaction})", [Group(*lines)])

    def files(self, paths: Iterable[tuple[str, str]]) -> None:
        """What was written, and what it is."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for path, what in paths:
            table.add_row(f"  {path}", Text(typographic(what), style="dim"))
        self.console.print(table)

    def _card(self, who: str, speaker: str, blocks: Iterable[Group]) -> None:
        title = Text.assemble(("✗ Refusé", "bold red"), f"  {typographic(who)}")
        body = Group(Text.assemble("Qui refuse\N{NO-BREAK SPACE}: ", (typographic(speaker), "bold")), *blocks)
        self.console.print(
            Panel(body, title=title, title_align="left", box=ROUNDED, border_style="red", padding=(0, 1))
        )


def _reason(reason: Reason) -> Group:
    labelled = _labelled(
        ("Référence", reason.reference), ("À faire", reason.next_step), ("Qui peut agir", str(reason.solver))
    )
    return Group(Text(f"• {typographic(reason.sentence)}", style="bold"), *labelled)


def _labelled(*pairs: tuple[str, str]) -> list[Text]:
    return [Text(typographic(f"  {label} : {text}")) for label, text in pairs if text]
