"""`tramontane send`: feed a DMP with one document (TD2.1, mode INDIRECTE)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.inputs import Instant
from tramontane.cli.options import config_option, ins_option, professional_option

_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.command(cls=FrenchCommand)
@click.argument("file", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@config_option
@professional_option
@ins_option
@click.option(
    "--type", "type_code", metavar="CODE", help="Type du document, code de JDV_J66 ; lu dans le CDA s'il en est un."
)
@click.option("--titre", "title", metavar="TEXTE", help="Titre ; lu dans le CDA s'il en est un.")
@click.option(
    "--acte",
    "act_at",
    type=Instant(),
    metavar="INSTANT",
    help="Début de l'acte ; par défaut maintenant, ou celui du CDA.",
)
@click.option("--nom", "birth_name", metavar="TEXTE", help="Nom de naissance du patient (PDF ou texte).")
@click.option("--prenom", "given", metavar="TEXTE", help="Prénom du patient (PDF ou texte).")
@click.option(
    "--naissance", "birth_date", type=_DAY, metavar="AAAA-MM-JJ", help="Date de naissance du patient (PDF ou texte)."
)
@click.option("--sexe", "gender", type=click.Choice(["F", "M"]), metavar="F|M", help="Sexe du patient (PDF ou texte).")
@click.option(
    "--visibilite",
    "visibility",
    multiple=True,
    type=click.Choice(["MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]),
    metavar="CODE",
    help="MASQUE_PS, INVISIBLE_PATIENT ou INVISIBLE_REPRESENTANTS_LEGAUX (répétable).",
)
@click.option(
    "--remplace", "replaces", metavar="ENTRY_UUID", help="Document remplacé : son entry_uuid, tel que le DMP l'a donné."
)
@json_option
def send(*, file: Path, config: Path, professional: str, ins: str, as_json: bool, **said: Any) -> None:
    """Envoyer un document au DMP d'un patient (TD2.1), en mode INDIRECTE : l'alimentation n'existe pas en mode AIR.

    FICHIER est un CDA de niveau 1 ou 3, un PDF ou un texte ; PDF et texte sont mis dans un CDA de niveau 1, ce qui
    demande les traits du patient.
    """
    from tramontane.cli.configuration import load
    from tramontane.cli.inputs import patient
    from tramontane.cli.submission import submit

    configuration = load(config)
    birth: datetime | None = said.pop("birth_date")
    said["birth_date"] = birth.date() if birth else None
    unique_id = submit(configuration, professional, patient(ins, configuration.authority), file, said)
    if as_json:
        emit({"unique_id": unique_id})
    else:
        click.echo(f"Le DMP a accepté le document, unique_id {unique_id}.")
