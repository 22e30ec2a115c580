"""A workbook that comes back: what it would change, line by line, then the changes through the services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from textwrap import shorten

from django.db import transaction

from tramontane.hospital.homologation.documents import returned_plan
from tramontane.hospital.homologation.documents.excel import EXIGENCES, LAYOUT, LEVELS, RESERVES, SAID
from tramontane.hospital.homologation.documents.exchange import oscal_results
from tramontane.hospital.homologation.documents.exchange.oscal import InvalidOscal
from tramontane.hospital.homologation.documents.returned_plan import Change
from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import assessing
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import Assessment, DossierFacts, Level, objections
from tramontane.ui.workbook import choice
from tramontane.ui.workbook_reading import Line, WorkbookError, read

LABELS = {"level": "niveau", "stakeholders": "parties prenantes"} | {
    name: label.casefold() for label, name in SAID.items()
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a workbook would do; nothing is written. With a problem, nothing will be."""

    changes: tuple[Change, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where an answer is read. `follows`: the version it succeeds; None: the present one."""

    sheet: str
    line: int
    exigence: str
    follows: str | None = None


@dataclass(slots=True)
class _Reading:
    """The state of a reading: what was found so far."""

    dossier: Dossier
    known: DossierFacts
    revisions: dict[str, int]
    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    levels: dict[str, Level] = field(default_factory=dict)


def rehearse(dossier: Dossier, data: bytes, today: date) -> Rehearsal:
    """Read a workbook, or OSCAL assessment results, and compare with the dossier.

    What is no longer in the file stays in the dossier.
    """
    reading = _Reading(dossier, facts(dossier, today), dict(dossier.assessments.values_list("exigence", "revision")))
    reading.levels = {line.exigence.id: line.assessment.level for line in reading.known.lines}
    try:
        return _oscal(reading, data) if data.lstrip().startswith(b"{") else _workbook(reading, data)
    except WorkbookError as error:
        return Rehearsal((), error.problems)
    except InvalidOscal as error:
        return Rehearsal((), (str(error),))


def _workbook(reading: _Reading, data: bytes) -> Rehearsal:
    sheets = read(data, LAYOUT)
    _exigences(reading, sheets[EXIGENCES])
    dossier = reading.dossier
    plan = returned_plan.compare(dossier, referentiel_of(dossier.edition), reading.levels, sheets[RESERVES])
    return Rehearsal((*reading.changes, *plan.changes), (*reading.problems, *plan.problems))


def _oscal(reading: _Reading, data: bytes) -> Rehearsal:
    """Findings carry no version of the answer: they follow the present one, and the report shows what they change."""
    by_id = {line.exigence.id: line for line in reading.known.lines}
    for rank, (name, said) in enumerate(oscal_results.read(data).items(), start=1):
        known = by_id.get(name)
        unknown = known is None or known.exigence.calculee is not None
        problem = "exigence inconnue, ou calculée" if unknown else _compared(reading, Asked("OSCAL", rank, name), said)
        if problem:
            reading.problems.append(f"Résultat n° {rank}, « {name} » : {problem}.")
    return Rehearsal(tuple(reading.changes), tuple(reading.problems))


@transaction.atomic
def apply(rehearsal: Rehearsal, actor: Actor) -> int:
    """Make every change, or none. Returns how many.

    Raises:
        ValueError: the rehearsal found problems.
        RefusedError, OutdatedError, ForbiddenMove: the dossier changed since.
    """
    if rehearsal.problems:
        raise ValueError("un classeur qui a des erreurs ne s’applique pas")
    for change in rehearsal.changes:
        change.make(actor)
    return len(rehearsal.changes)


def _exigences(reading: _Reading, lines: Iterable[Line]) -> None:
    by_id = {line.exigence.id: line for line in reading.known.lines}
    seen: set[str] = set()
    for line in lines:
        name = line.cells["Identifiant"]
        problem = ""
        if name not in by_id:
            problem = f"l’exigence « {name} » n’existe pas dans le référentiel du dossier"
        elif name in seen:
            problem = f"l’exigence « {name} » est donnée deux fois"
        elif by_id[name].exigence.calculee is None:
            problem = _answer(reading, line, name)
        seen.add(name)
        if problem:
            reading.problems.append(f"Feuille « {EXIGENCES} », ligne {line.number} : {problem}.")


def _answer(reading: _Reading, line: Line, name: str) -> str:
    """One answer compared with the one kept. Returns a problem, in words."""
    level = choice(line.cells["Niveau"], LEVELS) if line.cells["Niveau"] else Level.NOT_ASSESSED.value
    if level is None:
        return f"niveau « {line.cells['Niveau']} » hors liste"
    said = Assessment(
        Level(level),
        stakeholders=tuple(one.strip() for one in line.cells["Parties prenantes"].splitlines() if one.strip()),
        **{field_name: line.cells[label] for label, field_name in SAID.items()},
    )
    revision = line.cells["Version de la réponse"]
    return _compared(reading, Asked(EXIGENCES, line.number, name, revision), said)


def _compared(reading: _Reading, asked: Asked, said: Assessment) -> str:
    """What is declared against what is kept. Returns a problem, in words."""
    known = next(one for one in reading.known.lines if one.exigence.id == asked.exigence)
    reading.levels[asked.exigence] = said.level
    before = known.assessment
    changed = [one.name for one in fields(said) if _plain(getattr(said, one.name)) != _plain(getattr(before, one.name))]
    if not changed:
        return ""
    if asked.follows not in (None, str(reading.revisions.get(asked.exigence, 0))):
        return "la réponse a changé depuis l’export ; exportez de nouveau le classeur"
    wrong = objections(reading.known.referentiel, known.exigence, said)
    if wrong:
        return " ; ".join(one.sentence.rstrip(".") for one in wrong)
    detail = " ; ".join(f"{LABELS[one]} : {_shown(before, one)} → {_shown(said, one)}" for one in changed)
    make = _assess(reading, asked.exigence, said)
    reading.changes.append(Change(asked.sheet, asked.line, known.exigence.libelle, detail, make))
    return ""


def _assess(reading: _Reading, name: str, said: Assessment) -> Callable[[Actor], object]:
    after = reading.revisions.get(name, 0)
    return lambda actor: assessing.assess(reading.dossier, name, said, after=after, actor=actor)


# What a cell of the report shows of a text: the rest is in the workbook.
_SHOWN = 80


def _shown(said: Assessment, name: str) -> str:
    value = getattr(said, name)
    if isinstance(value, Level):
        return value.label
    text = ", ".join(value) if isinstance(value, tuple) else " ".join(value.split())
    return f"« {shorten(text, _SHOWN, placeholder='…')} »" if text else "rien"


def _plain(value: object) -> object:
    """Texts are compared without their line ends, which a spreadsheet changes."""
    return " ".join(value.split()) if isinstance(value, str) else value
