"""`tramontane`: the command line, in French. Each command imports what it needs when it runs."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

import click

import tramontane
from tramontane.cli.base import EXIT_CODES_HELP, FrenchGroup

# click takes its words from gettext's default domain: one language on the screen, whatever the caller's locale is.
os.environ["LANGUAGE"] = "fr"
gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))


@click.group(
    cls=FrenchGroup,
    commands_at={
        "demo": ("tramontane.cli.demo:demo", "Visite guidée, fictive et locale."),
        "consult": ("tramontane.cli.consult:consult", "Consulter le DMP d'un patient."),
        "send": ("tramontane.cli.send:send", "Alimenter le DMP d'un patient."),
        "vihf": ("tramontane.cli.vihf:vihf", "Fabriquer, vérifier, expliquer un VIHF."),
        "inspect": ("tramontane.cli.inspecting:inspect", "Reconnaître et résumer un message ou un document."),
        "cert": ("tramontane.cli.cert:cert", "Vérifier les certificats de l'établissement."),
        "pack": ("tramontane.cli.pack:pack", "Vérifier un pack de preuves, sans réseau."),
        "pki": ("tramontane.cli.pki:pki", "Certificats de démonstration, sans valeur."),
        "hospital": ("tramontane.cli.hospital:hospital", "Application hospitalière."),
        "national": ("tramontane.cli.national:national", "Maquette du SI-DMP."),
    },
    epilog=EXIT_CODES_HELP,
)
@click.version_option(tramontane.__version__, prog_name="tramontane")
def tramontane_command() -> None:
    """Consulter le DMP d'un patient depuis l'hôpital, en mode AIR simplifié.

    Commencez par « tramontane demo » : tout est fictif, rien ne sort de cette machine.
    """


def main() -> None:
    """Entry point of the `tramontane` program."""
    for stream in (sys.stdout, sys.stderr):  # a terminal in Latin-1 must not turn an accent into a crash
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    tramontane_command(prog_name="tramontane")
