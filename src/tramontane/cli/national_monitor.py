"""`tramontane national monitor`: look for misuse in the traces of a day, or score the rules on generated traffic."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.options import national_data_option, national_database_option
from tramontane.dmp.errors import LocalError

if TYPE_CHECKING:
    from tramontane.national.monitoring.evaluation import Evaluation
    from tramontane.national.monitoring.opening import Swept

_DAY = click.DateTime(["%Y-%m-%d"])
# The traffic of an evaluation ends here: the result depends on the seed, never on the day it is run.
_LAST_DAY = date(2026, 11, 22)


@click.command("monitor", cls=FrenchCommand)
@click.option("--jour", "day", type=_DAY, metavar="AAAA-MM-JJ", help="Jour français à examiner. Par défaut, hier.")
@national_data_option
@national_database_option
@click.option(
    "--evaluer",
    "--evaluate",
    "evaluating",
    is_flag=True,
    help="Mesurer les règles sur un trafic généré, mésusages plantés, dans une base à part.",
)
@click.option("--graine", "seed", default=1, show_default=True, metavar="NOMBRE", type=int, help="Graine du trafic.")
@json_option
def monitor(*, day: datetime | None, data: Path, as_json: bool, **options: Any) -> None:
    """Chercher les mésusages dans les traces d'un jour et ouvrir les alertes ; recommencer n'en ouvre pas deux fois.

    TRAMONTANE_NATIONAL_MONITORING_RULES nomme un fichier YAML de règles à la place des nôtres.
    """
    from django.db import Error as DatabaseError

    from tramontane.demo.processes import database_unavailable

    try:
        if options["evaluating"]:
            _evaluate(options["seed"], options["database_url"], as_json=as_json)
        else:
            _examine(day, data, options["database_url"], as_json=as_json)
    except DatabaseError as error:
        raise database_unavailable(error) from error


def _examine(day: datetime | None, data: Path, database_url: str, *, as_json: bool) -> None:
    from tramontane.national import setup

    if not database_url:
        _require_data(data)
    setup(data, database_url)
    examined, done = _sweep(day)
    if as_json:
        emit({"day": examined.isoformat(), "opened": done.opened, "found_again": done.found_again})
        return
    click.echo(
        f"{examined:%d/%m/%Y} : alertes ouvertes : {done.opened} ; déjà ouvertes, retrouvées : {done.found_again}."
    )


def _sweep(day: datetime | None) -> tuple[date, Swept]:
    """Examine a French day that has begun; yesterday when none is named."""
    from tramontane.national import clock
    from tramontane.national.judge.facts import FRANCE
    from tramontane.national.monitoring.opening import sweep

    at = clock.now()
    today = at.astimezone(FRANCE).date()
    examined = day.date() if day else today - timedelta(days=1)
    if examined > today:
        raise click.UsageError(f"Le {examined:%d/%m/%Y} n'a pas encore eu lieu : choisissez un jour passé.")
    return examined, sweep(examined, at)


def _require_data(directory: Path) -> None:
    """Raises LocalError where no stand-in ever ran: nothing to find there would read as no misuse."""
    if not (directory / "national.sqlite3").exists():
        raise LocalError(
            f"« {directory} » ne contient pas les données d'une maquette.",
            code="donnees-absentes",
            expected="le répertoire donné à « tramontane national serve », ou celui de « tramontane demo »",
            received="aucun fichier national.sqlite3",
            next_step="corrigez --donnees, ou donnez la base avec --base",
        )


def _evaluate(seed: int, database_url: str, *, as_json: bool) -> None:
    from tramontane.national import setup

    with tempfile.TemporaryDirectory(prefix="tramontane-monitor-") as directory:
        setup(Path(directory), database_url)
        from tramontane.national.monitoring.evaluation import NotEmpty, evaluate
        from tramontane.national.monitoring.rules import rule_book
        from tramontane.national.monitoring.traffic import Scale

        try:
            evaluation = evaluate(seed, Scale(_LAST_DAY), rule_book().rules)
        except NotEmpty as error:
            raise click.UsageError(str(error)) from None
    _print(evaluation, as_json=as_json)


def _print(evaluation: Evaluation, *, as_json: bool) -> None:
    if as_json:
        scores = [
            {
                "rule": one.rule,
                "planted": one.planted,
                "found": one.found,
                "named": one.named,
                "rightly_named": one.rightly,
                "precision": one.precision,
                "recall": one.recall,
            }
            for one in evaluation.scores
        ]
        emit({"seed": evaluation.seed, "traces": evaluation.traces, "scores": scores})
        return
    click.echo(
        f"Graine {evaluation.seed} : {evaluation.traces} traces, du {evaluation.first:%d/%m/%Y} au {evaluation.last:%d/%m/%Y}."
    )
    click.echo(
        f"{'règle':<24}{'plantés':>9}{'trouvés':>9}{'rappel':>9}{'désignés':>10}{'à raison':>10}{'précision':>11}"
    )
    for one in evaluation.scores:
        click.echo(
            f"{one.rule:<24}{one.planted:>9}{one.found:>9}{_ratio(one.recall):>9}"
            f"{one.named:>10}{one.rightly:>10}{_ratio(one.precision):>11}"
        )
    click.echo("Rappel : part des mésusages plantés pour la règle qu'elle trouve.")
    click.echo("Précision : part des sujets qu'elle désigne qui ont mésusé, de quelque façon que ce soit.")


def _ratio(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}".replace(".", ",")
