"""`tramontane pki demo`: a test PKI shaped like IGC-Santé, written to a directory that git ignores."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tramontane.cli.base import FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.screen import console


@click.group(cls=FrenchGroup)
def pki() -> None:
    """Certificats de démonstration, sans aucune valeur."""


@pki.command("demo", cls=FrenchCommand)
@click.option(
    "--sortie",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/pki"),
    show_default=True,
    metavar="RÉPERTOIRE",
    help="Où écrire les certificats et leurs clés.",
)
@json_option
def demo(*, directory: Path, as_json: bool) -> None:
    """Fabriquer une IGC de test : racine, autorités, certificats d'authentification, de signature et de serveur, CRL.

    Les clés privées sont écrites en clair : ne leur faites jamais confiance. La commande refuse de s'exécuter quand
    TRAMONTANE_ENV vaut « production ».
    """
    from tramontane.demo.workspace import write_pki

    leaves = write_pki(directory, datetime.now(UTC))
    if as_json:
        emit({"directory": str(directory), "leaves": leaves})
        return
    out = console()
    out.print(f"IGC de test écrite dans [bold]{directory}[/bold] (fictive, valable deux ans, CRL valables sept jours).")
    for name in leaves:
        out.print(f"   {name}.crt.pem, {name}.key.pem, {name}.p12")
    out.print(
        f"Vérifiez-la\N{NO-BREAK SPACE}: tramontane cert check --racine {directory}/racine.pem --crl {directory}/crl.pem {directory}/authentification.crt.pem"
    )
