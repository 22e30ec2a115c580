"""`tramontane demo`: the guided walk."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.ending import end_like_ctrl_c


@click.command(cls=FrenchCommand)
@click.option("--once", is_flag=True, help="Terminer après la visite, sans rien laisser ouvert.")
@click.option("--codes", is_flag=True, help="Afficher les identifiants et les codes du moment, sans rien démarrer.")
@click.option(
    "--repertoire",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    metavar="RÉPERTOIRE",
    help="Où écrire certificats, base et documents.",
)
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port de la maquette ; par défaut un port libre.",
)
@click.option(
    "--graine",
    "seed",
    default=2026,
    show_default=True,
    metavar="NOMBRE",
    help="Le nombre dont tout l'hôpital fictif est tiré.",
)
@json_option
def demo(*, once: bool, codes: bool, directory: Path, port: int, seed: int, as_json: bool) -> None:
    """Visite guidée : une maquette du SI-DMP et l'application de l'hôpital démarrent ; des professionnels consultent.

    Tout est fictif et local. Entrée standard fermée ou --once : la commande se termine d'elle-même. Sinon la maquette
    et l'application restent ouvertes jusqu'à Ctrl-C. Avec --json, la visite s'écrit sur la sortie d'erreur et la sortie
    standard ne porte que le résultat.
    """
    from rich.console import Console

    from tramontane.cli.walk import show_codes, walk
    from tramontane.demo.workspace import Workspace

    end_like_ctrl_c()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140, stderr=as_json)
    if codes:
        show_codes(console, seed)
        return
    stay = not once and _someone_may_speak()
    walk(Workspace(directory), console, seed=seed, port=port, stay=stay, **({"announce": emit} if as_json else {}))


def _someone_may_speak() -> bool:
    """Whether standard input is a keyboard, or a pipe that is not at its end."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    if sys.stdin.isatty():
        return True
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return not ready or bool(os.read(sys.stdin.fileno(), 1))
