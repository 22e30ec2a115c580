"""The second sheet that comes back: réserves and actions, compared with those kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tramontane.hospital.homologation.documents.excel import RESERVES, STATES, version
from tramontane.hospital.homologation.models import Action, Dossier, Reserve
from tramontane.hospital.homologation.services import reserving
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import ActionState, Level, reserve_objection
from tramontane.rules.referentiels import Exigence, Referentiel
from tramontane.ui.workbook import choice
from tramontane.ui.workbook_reading import Line


@dataclass(frozen=True, slots=True)
class Change:
    """One thing an import would do: where it is asked, what it changes, and the act itself."""

    sheet: str
    line: int
    exigence: str
    detail: str
    make: Callable[[Actor], object]


@dataclass(slots=True)
class Plan:
    """What the sheet would change, and what is wrong in it."""

    dossier: Dossier
    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line, read."""

    number: int
    exigence: Exigence
    text: str
    due: date
    action: str
    owner: str
    action_due: date | None
    state: ActionState
    follows: str


class _LineError(ValueError):
    """What is wrong in a line."""


def compare(dossier: Dossier, referentiel: Referentiel, levels: Mapping[str, Level], lines: Iterable[Line]) -> Plan:
    """What the sheet changes, given the levels the first sheet declares."""
    plan = Plan(dossier)
    first: dict[str, _Row] = {}
    kept = {row.exigence: row for row in dossier.reserves.prefetch_related("actions")}
    for line in lines:
        try:
            row = _read(line, referentiel)
            head = first.setdefault(row.exigence.id, row)
            reserve = kept.get(row.exigence.id)
            _check(row, head, referentiel, levels.get(row.exigence.id, Level.NOT_ASSESSED), reserve)
            if head is row:
                _reserve(plan, row, reserve)
            if row.action:
                _action(plan, row, reserve)
        except _LineError as error:
            plan.problems.append(f"Feuille « {RESERVES} », ligne {line.number} : {error}.")
    return plan


def _read(line: Line, referentiel: Referentiel) -> _Row:
    cells = line.cells
    exigence = referentiel.by_key.get(f"{referentiel.id}:{cells['Identifiant']}")
    if exigence is None:
        raise _LineError(f"l’exigence « {cells['Identifiant']} » n’existe pas dans le référentiel du dossier")
    state = choice(cells["Avancement"], STATES) if cells["Avancement"] else ActionState.PLANNED.value
    if state is None:
        raise _LineError(f"avancement « {cells['Avancement']} » hors liste")
    if not cells["Réserve"]:
        raise _LineError("la réserve n’est pas écrite")
    if cells["Action"] and not cells["Menée par"]:
        raise _LineError("l’action n’a pas de responsable")
    return _Row(
        line.number,
        exigence,
        cells["Réserve"],
        _day(cells["À lever avant le"], "À lever avant le"),
        cells["Action"],
        cells["Menée par"],
        _day(cells["Pour le"], "Pour le") if cells["Action"] else None,
        ActionState(state),
        cells["Version de la ligne"],
    )


def _day(text: str, label: str) -> date:
    """A date cell, or the text « 31/03/2027 »."""
    parts = text.split("/")
    iso = "-".join(reversed(parts)) if len(parts) == 3 else text
    try:
        return date.fromisoformat(iso)
    except ValueError:
        raise _LineError(f"« {label} » : attendu une date comme 31/03/2027, reçu « {text[:30]} »") from None


def _check(row: _Row, head: _Row, referentiel: Referentiel, level: Level, kept: Reserve | None) -> None:
    if (row.text, row.due) != (head.text, head.due):
        raise _LineError(f"la réserve ou sa date diffère de celle de la ligne {head.number}")
    objection = reserve_objection(referentiel, row.exigence, level)
    if objection and (kept is None or _rewrites(row, kept)):
        raise _LineError(objection.rstrip("."))
    if kept is not None and kept.lifted_on and _rewrites(row, kept):
        raise _LineError(f"la réserve est levée depuis le {kept.lifted_on:%d/%m/%Y} : elle ne se modifie plus")


def _reserve(plan: Plan, row: _Row, kept: Reserve | None) -> None:
    if kept is not None and not _rewrites(row, kept):
        return
    if (row.follows or kept is not None) and row.follows not in _versions(kept):
        raise _LineError(_CHANGED)
    detail = f"réserve écrite : {row.text}" if kept is None else f"réserve : {_from_to(row, kept)}"
    plan.changes.append(
        Change(
            RESERVES,
            row.number,
            row.exigence.libelle,
            detail,
            lambda actor: reserving.write_reserve(plan.dossier, row.exigence.id, row.text, row.due, actor=actor),
        )
    )


_CHANGED = "la réserve ou l’action a changé depuis l’export ; exportez de nouveau le classeur"


def _rewrites(row: _Row, kept: Reserve) -> bool:
    return (_plain(kept.text), kept.due) != (_plain(row.text), row.due)


def _from_to(row: _Row, kept: Reserve) -> str:
    texts = [] if _plain(kept.text) == _plain(row.text) else [f"« {kept.text} » → « {row.text} »"]
    days = [] if kept.due == row.due else [f"à lever avant le {kept.due:%d/%m/%Y} → {row.due:%d/%m/%Y}"]
    return " ; ".join([*texts, *days])


def _versions(kept: Reserve | None) -> list[str]:
    """What the lines of a réserve would be exported with now."""
    if kept is None:
        return []
    lines: list[tuple[str | date, ...]]
    lines = [(one.title, one.owner, one.due, one.state) for one in kept.actions.all()] or [()]
    return [version(kept.text, kept.due, *line) for line in lines]


def _action(plan: Plan, row: _Row, reserve: Reserve | None) -> None:
    actions = list(reserve.actions.all()) if reserve else []
    kept = next((one for one in actions if _plain(one.title) == _plain(row.action)), None)
    if kept is not None and (kept.owner, kept.due, kept.state) == (row.owner, row.action_due, row.state.value):
        return
    if (row.follows or kept is not None) and row.follows not in _versions(reserve):
        raise _LineError(_CHANGED)
    if kept is None:
        add, said = _planned(plan.dossier, row), f"action prévue : {row.action}"
        plan.changes.append(Change(RESERVES, row.number, row.exigence.libelle, said, add))
        return
    if (kept.owner, kept.due) != (row.owner, row.action_due):
        _entrusted(plan, row, kept)
    if kept.state != row.state.value:
        was, now = ActionState(kept.state).label, row.state.label
        said = f"action : {row.action} ({was.casefold()} → {now.casefold()})"
        plan.changes.append(Change(RESERVES, row.number, row.exigence.libelle, said, _followed(kept, row.state)))


def _entrusted(plan: Plan, row: _Row, kept: Action) -> None:
    due = row.action_due or kept.due
    was, now = f"{kept.owner}, {kept.due:%d/%m/%Y}", f"{row.owner}, {due:%d/%m/%Y}"
    plan.changes.append(
        Change(
            RESERVES,
            row.number,
            row.exigence.libelle,
            f"action confiée : {row.action} ({was} → {now})",
            lambda actor: reserving.entrust(kept, row.owner, due, actor=actor),
        )
    )


def _planned(dossier: Dossier, row: _Row) -> Callable[[Actor], object]:
    def make(actor: Actor) -> None:
        reserve = Reserve.objects.get(dossier=dossier, exigence=row.exigence.id)
        action = reserving.plan(reserve, row.action, row.owner, row.action_due or row.due, actor=actor)
        if row.state is not ActionState.PLANNED:
            reserving.follow(action, row.state, actor=actor)

    return make


def _followed(action: Action, state: ActionState) -> Callable[[Actor], object]:
    return lambda actor: reserving.follow(action, state, actor=actor)


def _plain(text: str) -> str:
    return " ".join(text.split())
