"""The board: the first page of the direction, its paper and its tables; one objective in detail."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital import clock
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.objectives import exports, permissions, words
from tramontane.hospital.objectives.board import MEASURED, Board, series_of
from tramontane.hospital.objectives.selectors import statements
from tramontane.hospital.objectives.selectors.facts import reading_of
from tramontane.hospital.objectives.views.desk import board_asked, page
from tramontane.pack import safe_name
from tramontane.rules.objectives import Row, by_profession, by_service, definitions, levers
from tramontane.rules.objectives.periods import month_of


@requires(*permissions.READERS)
@require_GET
def board_page(request: AuthenticatedRequest) -> HttpResponse:
    """Everything on one page, printable."""
    found = board_asked(request)
    context = _month_context(request, found) | {"board": found, "readings": list(exports.readings(found.facts.reading))}
    return page(request, "board", context)


def _month_context(request: AuthenticatedRequest, found: Board) -> dict[str, object]:
    months = [row.month for row in reversed(statements.in_force(request.account.legal_entity))]
    return {
        "months": [(f"{month:%Y-%m}", words.month_name(month)) for month in months],
        "month_key": "" if found.running else f"{found.month:%Y-%m}",
        "month_name": words.month_name(found.month),
        "of_month": words.of_month(found.month),
        "running_name": words.month_name(month_of(clock.now())),
    }


@requires(*permissions.READERS)
@require_GET
def board_pdf(request: AuthenticatedRequest) -> HttpResponse:
    """The same page, for the management committee."""
    found, entity = board_asked(request), request.account.legal_entity
    content = exports.pdf(found, entity, at=clock.now())
    return _file(content, "application/pdf", f"objectifs-{entity.finess_juridique}-{found.month:%Y-%m}.pdf")


@requires(*permissions.READERS)
@require_GET
def table(request: AuthenticatedRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Every statement in force, as a table."""
    entity, now = request.account.legal_entity, clock.now()
    rows, reading = statements.in_force(entity), reading_of(entity)
    name = f"releves-{entity.finess_juridique}.{kind}"
    if kind == "xlsx":
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return _file(exports.xlsx(rows, reading, at=now), media, name)
    if kind != "csv":
        raise Http404("Ce format n’existe pas.")
    response = StreamingHttpResponse(exports.csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{safe_name(name)}"'
    return response


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(content, media, headers={"Content-Disposition": f'attachment; filename="{safe_name(name)}"'})


@requires(*permissions.READERS)
@require_GET
def objective(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """One objective: its wording, how it is counted, who is near, what would move it, by service and profession."""
    known = {one.id: one for one in definitions().objectifs}.get(name)
    if known is None:
        raise Http404("Cet objectif n’existe pas.")
    year = request.GET.get("annee", MEASURED[0])
    if year not in MEASURED:
        raise Http404("Cette année n’a pas d’objectif.")
    found = board_asked(request)
    cell = next(cell for row in found.rows if row.objective == known for cell in row.cells if cell.figure.year == year)
    facts = found.facts
    context = _month_context(request, found) | {
        "board": found,
        "objective": known,
        "year": year,
        "years": MEASURED,
        "cell": cell,
        "levers": levers(cell.figure, facts),
        "by_service": [(_service(row, facts.services), row) for row in by_service(name, year, facts)],
        "by_profession": [(_profession(row), row) for row in by_profession(name, year, facts)],
        "parameters": [
            (definitions().parametres[key], definitions().parametres[key].choix[facts.reading[key]])
            for key in known.parametres
            if key in facts.reading
        ],
        "history": _history(request, name, year),
        "movements": facts.movements if name == "1.2" else None,
        "longest": words.duration(facts.movements.longest_seconds),
        "median": words.duration(facts.movements.median_seconds),
        "degraded": sum(one.weak and not one.strong for one in facts.members) if name == "1.3" else None,
        "flow": next((one for one in facts.flows if one.service == 0), None) if name == "2.1" else None,
    }
    return page(request, "board", context, template="objective")


def _history(request: AuthenticatedRequest, name: str, year: str) -> list[tuple[str, str]]:
    line: list[tuple[date, float]] = series_of(statements.in_force(request.account.legal_entity)).get((name, year), [])
    return [(words.month_name(month), words.percent(share)) for month, share in reversed(line[-12:])]


def _service(row: Row, names: dict[int, str]) -> str:
    return names.get(int(row.key), "Service inconnu") if row.key else "Sans service"


def _profession(row: Row) -> str:
    concept = value_set(ValueSetName.PROFESSION).find(row.key) if row.key else None
    return concept.label if concept else "Sans profession renseignée"
