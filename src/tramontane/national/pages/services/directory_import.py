"""Import an extract of a directory: a report of what each line would do, then the same lines applied, once.

The files are our own tables, not the national extracts, whose layouts were not obtained: see docs/reference/differences.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from tramontane.national.models import ActKind, DirectoryImport, DirectoryKind
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.directory_lines import READERS, Change, LineRefused
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.storage import store
from tramontane.ui import spreadsheet

MAX_LINES = 50_000
# Lines kept in the report shown; counts are of all of them.
SHOWN = 500
ADDED, CHANGED, SAME, REFUSED = "ajout", "modification", "sans effet", "refusée"
# How counts are said, singular and plural.
FORMS = {
    ADDED: "ajout,ajouts",
    CHANGED: "modification,modifications",
    SAME: "ligne sans effet,lignes sans effet",
    REFUSED: "ligne refusée,lignes refusées",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the file does."""

    number: int
    key: str
    effect: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Plan:
    lines: Sequence[Line]
    changes: Sequence[Change]

    @property
    def report(self) -> dict[str, object]:
        """Counts by effect; then the lines to look at first: refused, changed, added."""
        order = (REFUSED, CHANGED, ADDED, SAME)
        shown = sorted(self.lines, key=lambda line: (order.index(line.effect), line.number))[:SHOWN]
        return {"counts": dict(Counter(line.effect for line in self.lines)), "lines": [asdict(line) for line in shown]}


def receive(kind: DirectoryKind, name: str, content: bytes, person: Person, at: datetime) -> DirectoryImport:
    """Keep a file and report what it would do. Nothing else is written.

    Raises:
        ActRefused: not a table, a column is missing, or too many lines.
    """
    plan = _plan(kind, content)
    kept = store().save((content,))
    return DirectoryImport.objects.create(
        kind=kind, file_name=name[:200], digest=kept.digest, received_at=at, received_by=person.name, report=plan.report
    )


@transaction.atomic
def apply(pk: int, person: Person, at: datetime) -> DirectoryImport:
    """Apply a file that was reported, from the bytes that were kept; lines refused stay out.

    Raises:
        ActRefused: already applied.
    """
    row = DirectoryImport.objects.select_for_update().get(pk=pk)
    if row.applied_at is not None:
        raise ActRefused("Ce fichier a déjà été appliqué.")
    plan = _plan(DirectoryKind(row.kind), b"".join(store().chunks(row.digest)))
    for change in plan.changes:
        change.write()
    row.report, row.applied_at = plan.report, at
    row.save(update_fields=["report", "applied_at"])
    counts = Counter(line.effect for line in plan.lines)
    detail = f"{row.file_name} : " + ", ".join(f"{effect} : {number}" for effect, number in counts.items())
    acts.record(ActKind.DIRECTORY_IMPORTED, person, at, detail=detail)
    return row


def _plan(kind: DirectoryKind, content: bytes) -> _Plan:
    reader = READERS[kind]()
    try:
        rows = spreadsheet.numbered(content)
    except ValueError as error:
        raise ActRefused(str(error)) from error
    missing = [name for name in reader.columns if rows and name not in rows[0][1]]
    if not rows or missing:
        raise ActRefused(
            f"Le fichier n’a pas les colonnes attendues : {', '.join(missing or reader.columns)}. Partez du modèle."
        )
    if len(rows) > MAX_LINES:
        raise ActRefused(f"Le fichier a {len(rows)} lignes ; au plus {MAX_LINES} à la fois.")
    read = list(_lines(reader.plan(rows)))
    return _Plan([line for line, _ in read], [change for _, change in read if change is not None])


def _lines(
    planned: Iterator[tuple[int, Mapping[str, str], Change | LineRefused]],
) -> Iterator[tuple[Line, Change | None]]:
    for number, row, outcome in planned:
        key = next(iter(row.values()))[:20]
        if isinstance(outcome, LineRefused):
            yield Line(number, key, REFUSED, str(outcome)), None
        elif not outcome.differences:
            yield Line(number, key, SAME, ""), None
        else:
            yield Line(number, key, ADDED if outcome.new else CHANGED, ", ".join(outcome.differences)), outcome
