"""`tramontane hospital purge-traces`: the end of retention, shown first, applied when asked."""

from __future__ import annotations

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations.connecting import COMMAND_LINE, entity_of


@click.command("purge-traces", cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")
@click.option(
    "--appliquer", "apply", is_flag=True, help="Détruire. Sans elle, la commande dit seulement ce qui le serait."
)
@json_option
def purge_traces(*, finess: str, apply: bool, as_json: bool) -> None:
    """Détruire les traces dont la conservation est finie : 10 ans après la clôture du DMP (EX_AIR-100).

    La date de clôture est celle que le SI-DMP a donnée en dernier. Rien n'est détruit sans --appliquer ; ce qui a été
    décidé reste écrit, trace par trace, et la chaîne se vérifie toujours.
    """
    start()
    from django.utils import timezone

    from tramontane.hospital import clock
    from tramontane.hospital.config import purging

    entity, today = entity_of(finess), timezone.localdate(clock.now())
    found = list(purging.due(entity, today))
    destroyed = purging.purge(entity, today, COMMAND_LINE) if apply else 0
    if as_json:
        emit({"patients": len(found), "traces": sum(one.traces for one in found), "destroyed": destroyed})
        return
    for one in found:
        # The INS itself is not printed: a terminal keeps what it shows.
        click.echo(f"DMP clos le {one.closed_on:%d/%m/%Y}, échéance le {one.due_on:%d/%m/%Y} : {one.traces} traces")
    if not found:
        click.echo("Aucune trace n'est arrivée en fin de conservation.")
    elif apply:
        click.echo(f"{destroyed} traces détruites.")
    else:
        click.echo("Rien n'a été détruit : ajoutez --appliquer.")
