"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("var/demo/consult.toml"),
    show_default=True,
    metavar="FICHIER",
    envvar="TRAMONTANE_CONFIG",
    help="Configuration TOML : adresse du DMP, certificats, professionnels.",
)
professional_option = click.option(
    "--professionnel",
    "professional",
    default="",
    metavar="NOM",
    help="Qui consulte : une table [professionnels.NOM] de la configuration.",
)
ins_option = click.option(
    "--ins",
    required=True,
    metavar="INS",
    help="INS du patient, 15 caractères ; « - » le lit sur l'entrée standard, hors de l'historique du terminal.",
)
mode_option = click.option(
    "--mode",
    type=click.Choice(["normal", "bris_de_glace", "centre_15"]),
    default="normal",
    show_default=True,
    metavar="MODE",
    help="Mode d'accès : normal, bris_de_glace ou centre_15.",
)
national_data_option = click.option(
    "--donnees",
    "data",
    default=Path("var/demo/national"),
    show_default=True,
    metavar="RÉPERTOIRE",
    type=click.Path(file_okay=False, path_type=Path),
    help="Répertoire des documents et de la base SQLite.",
)


def _database_url(_ctx: click.Context, _option: click.Parameter, url: str) -> str:
    """The URL, checked before anything reads it."""
    from tramontane.database import from_url

    try:
        from_url(url or "sqlite:///")
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return url


national_database_option = click.option(
    "--base",
    "database_url",
    default="",
    metavar="URL",
    callback=_database_url,
    help="Base de données : sqlite:///… ou postgresql://…",
)
