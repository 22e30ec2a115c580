"""`tramontane hospital connect-insi`: how a legal entity reaches the INSi teleservice, checked before it is kept."""

from __future__ import annotations

from pathlib import Path

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations.connecting import COMMAND_LINE, entity_of

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("connect-insi", cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")
@click.option("--url", required=True, metavar="URL", help="Adresse du téléservice INSi, « https://… ».")
@click.option(
    "--certificat",
    "certificate",
    required=True,
    type=_FILE,
    metavar="FICHIER",
    help="Certificat (CN INSI-AUTO ou INSI-MANU) et sa clé : .p12, ou .pem qui contient les deux.",
)
@click.option(
    "--secret", default="", metavar="VARIABLE", help="Nom de la variable d'environnement qui porte le mot de passe."
)
@click.option(
    "--autorites", "trust", required=True, type=_FILE, metavar="FICHIER", help="Racines et intermédiaires, PEM."
)
@click.option("--crl", type=_FILE, metavar="FICHIER", help="Listes de révocation, PEM.")
@click.option(
    "--entete", "header", type=_FILE, metavar="FICHIER", help="XML à placer tel quel dans l'en-tête de sécurité."
)
@json_option
def connect_insi(*, finess: str, url: str, secret: str, as_json: bool, **paths: Path | None) -> None:
    """Enregistrer la connexion d'une entité juridique au téléservice INSi.

    Les fichiers ne sont pas copiés : la base ne garde que leurs chemins.
    """
    start()
    from tramontane.hospital.patients import insi
    from tramontane.hospital.traces.events import Actor

    entity = entity_of(finess)
    files = {name: str(path.absolute()) if path else "" for name, path in paths.items()}
    values = {
        "url": url,
        "authentication": f"file:{files['certificate']}",
        "secret_name": secret,
        "trust_path": files["trust"],
        "crl_path": files["crl"],
        "security_path": files["header"],
    }
    insi.connect(entity, values, actor=Actor(entity.finess_juridique, account_name=COMMAND_LINE))
    if as_json:
        emit({"finess_juridique": entity.finess_juridique, "url": url, "connected": True})
        return
    click.echo("Connexion à INSi enregistrée : le bouton « Interroger INSi » est proposé au bureau des admissions.")
