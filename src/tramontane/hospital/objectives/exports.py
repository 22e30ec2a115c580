"""Statements as tables (CSV, XLSX), and the board as a PDF for the management committee."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives import words
from tramontane.hospital.objectives.board import Board, Cell
from tramontane.hospital.objectives.charts import Chart
from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.selectors.statements import figures_of
from tramontane.rules.objectives import Lever, Objective, definitions
from tramontane.ui import paper, spreadsheet, workbook
from tramontane.ui.templatetags.ui import NBSP

HEADER = (
    "Mois", "Relevé n°", "Objectif", "Libellé", "Année", "Numérateur", "Dénominateur", "Taux (%)", "Cible (%)", "État",
    "Précision", "Lecture retenue", "Clos le", "Empreinte",
)  # fmt: skip
WIDTHS = (10, 10, 9, 60, 8, 12, 14, 10, 10, 16, 40, 60, 18, 66)
TEMPLATE = "hospital/objectives/paper/board.typ"


def rows(statements: Sequence[Statement], objectives: Collection[str] = ()) -> Iterator[tuple[str | int, ...]]:
    """One row for each figure of each statement, with the reading it was counted by; of these objectives, or of all."""
    known = {one.id: one for one in definitions().objectifs}
    for statement in statements:
        closed = timezone.localtime(statement.closed_at)
        for one in figures_of(statement):
            objective = known[one.objective]
            if objectives and one.objective not in objectives:
                continue
            yield (
                f"{statement.month:%Y-%m}", statement.number, one.objective, objective.libelle, one.year,
                one.numerator, one.denominator, _points(one.share), _points(one.threshold), str(one.state), one.reason,
                _read(objective, statement.reading), f"{closed:%d/%m/%Y %H:%M}", statement.sha256,
            )  # fmt: skip


def _points(share: float | None) -> str:
    return "" if share is None else words.percent(share).replace(NBSP + "%", "")


def _read(objective: Objective, reading: dict[str, str]) -> str:
    known = definitions().parametres
    return " ; ".join(
        f"{known[name].libelle} : {known[name].choix[reading[name]]}"
        for name in objective.parametres
        if name in reading
    )


def readings(reading: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Every parameter, the reading taken, and what is not known officially."""
    for name, value in reading.items():
        known = definitions().parametres[name]
        yield known.libelle, known.choix[value], known.inconnu


def csv(statements: Sequence[Statement], objectives: Collection[str] = ()) -> Iterator[str]:
    """The file, line after line."""
    return spreadsheet.lines(HEADER, rows(statements, objectives))


def xlsx(
    statements: Sequence[Statement], reading: dict[str, str], *, at: datetime, objectives: Collection[str] = ()
) -> bytes:
    """Two sheets: the figures, and how they are read."""
    columns = tuple(workbook.Column(name, width) for name, width in zip(HEADER, WIDTHS, strict=True))
    how = tuple(workbook.Column(name, 50) for name in ("Paramètre", "Lecture retenue", "Ce qui n’est pas connu"))
    sheets = (
        workbook.Sheet("Relevés", columns, list(rows(statements, objectives))),
        workbook.Sheet("Paramètres", how, list(readings(reading))),
    )
    return workbook.write(sheets, at=at, title="Objectifs HospiConnect")


def pdf(board: Board, entity: LegalEntity, *, at: datetime) -> bytes:
    """The board on paper."""
    data = {
        "establishment": entity.name,
        "finess": entity.finess_juridique,
        "month": words.of_month(board.month),
        "running": board.running,
        "at": timezone.localtime(at),
        "sentence": board.sentence,
        "objectives": [
            [f"{row.objective.id} {row.objective.libelle}", *(_cell(cell) for cell in row.cells)] for row in board.rows
        ],
        "dicah": [
            [one.key, one.label, "Remplie" if one.done else "À faire", one.figure, one.action] for one in board.dicah
        ],
        "charts": [
            {
                "title": one.title,
                "summary": one.summary,
                "svg": _svg(one),
                "points": [
                    [f"{point.month}{' (à ce jour)' if point.running else ''}", point.share] for point in one.points
                ],
            }
            for one in board.charts
        ],
        "actions": [_action(lever) for lever in board.actions],
        "readings": [list(line) for line in readings(board.facts.reading)],
        "source": f"{definitions().source.document}, {definitions().source.date:%d/%m/%Y}",
    }
    return paper.write(TEMPLATE, data, at=at)


def _svg(one: Chart) -> bytes:
    """The curve of the screen, in print colours."""
    return render_to_string("objectives/_svg.html", {"chart": one, "paper": True}).encode()


def _cell(cell: Cell) -> str:
    """State, measure and target, a line each; a document has no share."""
    figure = cell.figure
    measured = f"{cell.share} ({cell.counted}), " if cell.counted and figure.threshold is not None else ""
    lines = [str(figure.state).capitalize(), f"{measured}cible : {cell.target}", figure.reason]
    return "\n".join(line for line in lines if line)


def _action(lever: Lever) -> str:
    counted = f" : {words.number(lever.count)}" if lever.counted else ""
    return f"{lever.sentence}{counted} (objectif {lever.objective})"
