"""How the walk looks: steps, tables of documents, one card a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.box import ROUNDED, SIMPLE
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tramontane.demo.compose import typographic
from tramontane.dmp.errors import RemoteRefusal
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import AvailabilityStatus, DocumentEntry
from tramontane.rules.access import Reason, Refused

PARIS = ZoneInfo("Europe/Paris")
_STATES = {
    AvailabilityStatus.APPROVED: "",
    AvailabilityStatus.ARCHIVED: "archivé",
    AvailabilityStatus.DEPRECATED: "remplacé",
    AvailabilityStatus.DELETED: "supprimé",
}


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
        for entry in sorted(entries, key=_act, reverse=True):
            mark = Text("● nouveau", style="green") if entry.unique_id in new else Text("")
            table.add_row(mark, entry.title, type_label(entry), _day(entry), author(entry), ", ".join(_words(entry)))
        self.console.print(table)

    def refused_here(self, who: str, decision: Refused) -> None:
        """A refusal of the hospital's own rules: every reason, its reference, what to do and who can."""
        self._card(who, "l'établissement, avant tout appel", map(_reason, decision.reasons))

    def refused_after(self, who: str, answer: str, decision: Refused) -> None:
        """A refusal drawn from the SI-DMP's answer to TD0.2."""
        self._card(who, f"le SI-DMP répond « {answer} » (TD0.2), l'établissement en conclut", map(_reason, decision.reasons))

    def refused_there(self, who: str, transaction: str, error: RemoteRefusal) -> None:
        """A refusal of the SI-DMP, its code verbatim."""
        lines = [
            Text(f"code sur le fil : {error.remote_code}", style="bold red"),
            Text(f"texte : {error.remote_text or '(aucun)'}"),
            *_labelled(("Ce que cela veut dire", error.message), ("Référence", error.reference), ("À faire", error.next_step)),
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
        self.console.print(Panel(body, title=title, title_align="left", box=ROUNDED, border_style="red", padding=(0, 1)))


def type_label(entry: DocumentEntry) -> str:
    """The document's type in words, unknown ones included."""
    code = entry.type_code
    return value_set(ValueSetName.TYPE_CODE).display(code.code, code.code_system, code.label) if code else "type non dit"


def author(entry: DocumentEntry) -> str:
    """Who wrote it: ``ROUSSEAU Alice``, and where."""
    if not entry.authors:
        return ""
    person = (entry.authors[0].person.split("^") + ["", "", ""])[1:3]
    return "déposé par le patient" if entry.from_patient else " ".join(filter(None, person))


def _reason(reason: Reason) -> Group:
    labelled = _labelled(("Référence", reason.reference), ("À faire", f"{reason.next_step} ({reason.solver})"))
    return Group(Text(f"• {typographic(reason.sentence)}", style="bold"), *labelled)


def _labelled(*pairs: tuple[str, str]) -> list[Text]:
    return [Text(typographic(f"  {label} : {text}")) for label, text in pairs if text]


def _words(entry: DocumentEntry) -> list[str]:
    flags = (
        (entry.masked_to_professionals, "masqué aux professionnels"),
        (entry.invisible_to_patient, "non visible du patient"),
        (entry.invisible_to_legal_representatives, "caché aux représentants légaux"),
    )
    state = _STATES.get(entry.availability_status, "") if entry.availability_status else ""
    return [word for word in (state, *(text for shown, text in flags if shown)) if word]


def _act(entry: DocumentEntry) -> str:
    return entry.service_start_time.isoformat() if entry.service_start_time else ""


def _day(entry: DocumentEntry) -> str:
    return f"{entry.service_start_time.astimezone(PARIS):%d/%m/%Y}" if entry.service_start_time else "non daté"
