"""`tramontane hospital objectives close|verify`: freeze a month, prove what was frozen."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import REFUSED, FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations.connecting import entity_of

if TYPE_CHECKING:
    from tramontane.hospital.objectives.services.verifying import Proof

_entity = click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")


@click.group(cls=FrenchGroup)
def objectives() -> None:
    """Relevés mensuels des objectifs HospiConnect : les clore, les prouver."""


@objectives.command("close", cls=FrenchCommand)
@_entity
@click.option("--mois", "month", default="", metavar="AAAA-MM", help="Mois à clore ; sans lui, tous ceux qui sont dus.")
@click.option("--motif", "motive", default="", metavar="TEXTE", help="Corriger un mois déjà clos, et dire pourquoi.")
@json_option
def close(*, finess: str, month: str, motive: str, as_json: bool) -> None:
    """Clore un mois terminé. Un mois déjà clos ne change pas, sauf correction motivée."""
    start()
    from tramontane.hospital import clock
    from tramontane.hospital.objectives.services import closing
    from tramontane.hospital.objectives.services.errors import ObjectivesError
    from tramontane.hospital.traces.events import Actor

    if motive and not month:
        raise click.UsageError("Une correction porte sur un mois : ajoutez --mois.")
    entity = entity_of(finess)
    who = Actor(entity.finess_juridique, account_name="ligne de commande")
    months = [_parsed(month)] if month else closing.due(entity, clock.now())
    try:
        done = [closing.close(entity, one, actor=who, motive=motive) for one in months]
    except ObjectivesError as error:
        click.echo(f"✕ {error}", err=True)
        sys.exit(REFUSED)
    if as_json:
        emit(
            {
                "statements": [
                    {"month": f"{one.month:%Y-%m}", "number": one.number, "sha256": one.sha256} for one in done
                ]
            }
        )
        return
    for one in done:
        click.echo(f"Relevé de {one.month:%m/%Y}, n° {one.number} : {one.traces} traces, empreinte {one.sha256}")
    if not done:
        click.echo("Aucun mois à clore.")


def _parsed(month: str) -> date:
    from tramontane.rules.objectives.periods import parse

    try:
        return parse(month)
    except ValueError:
        raise click.UsageError(f"Mois illisible : « {month} » ; attendu AAAA-MM, par exemple 2027-03.") from None


@objectives.command("verify", cls=FrenchCommand)
@_entity
@click.option("--mois", "month", default="", metavar="AAAA-MM", help="Un seul mois ; sans lui, tous les relevés.")
@json_option
def verify(*, finess: str, month: str, as_json: bool) -> None:
    """Relire les traces brutes et retrouver les mêmes chiffres. Code 1 si un relevé ne tient pas.

    « = » : un registre relu dit la même chose. « ! » : complété depuis la clôture (venue, choix, mouvement) ; le relevé
    tient, une correction motivée le remplacera si besoin. « ? » : ce qui ne peut pas se relire, et pourquoi.
    """
    start()
    from tramontane.hospital.objectives.models import Statement
    from tramontane.hospital.objectives.services import verifying

    rows = Statement.objects.filter(legal_entity=entity_of(finess)).select_related("legal_entity")
    if month:
        rows = rows.filter(month=_parsed(month))
    proofs = [verifying.verify(one) for one in rows.order_by("month", "number")]
    if as_json:
        emit({"statements": [_plain(proof) for proof in proofs]})
    else:
        for proof in proofs:
            _show(proof)
        if not proofs:
            click.echo("Aucun relevé.")
    sys.exit(0 if all(proof.holds for proof in proofs) else REFUSED)


def _plain(proof: Proof) -> dict[str, Any]:
    one = proof.statement
    return {
        "month": f"{one.month:%Y-%m}", "number": one.number, "sha256": one.sha256, "traces": proof.traces,
        "holds": proof.holds, "broken": proof.broken, "same": proof.same, "moved": proof.moved, "limits": proof.limits,
    }  # fmt: skip


def _show(proof: Proof) -> None:
    one = proof.statement
    state = "retrouvé à l'identique" if proof.holds else "ne tient pas"
    mark = "✓" if proof.holds else "✕"
    click.echo(f"{mark} {one.month:%m/%Y}, n° {one.number} : {state}, {proof.traces} traces relues")
    for sign, sentences in (("✕", proof.broken), ("=", proof.same), ("!", proof.moved), ("?", proof.limits)):
        for sentence in sentences:
            click.echo(f"  {sign} {sentence}")
