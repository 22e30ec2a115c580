"""`tramontane national serve`: the SI-DMP stand-in on its own."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import FrenchCommand, FrenchGroup, emit, json_option
from tramontane.dmp.errors import CertificateMisuse

if TYPE_CHECKING:
    from tramontane.national.server import Tls

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=FrenchGroup)
def national() -> None:
    """Maquette du SI-DMP : un juge fidèle, sans aucun lien avec les services nationaux."""


@national.command("serve", cls=FrenchCommand)
@click.option("--adresse", "host", default="127.0.0.1", show_default=True, metavar="ADRESSE", help="Adresse d'écoute.")
@click.option(
    "--port", default=8443, show_default=True, metavar="PORT", type=click.IntRange(1, 65535), help="Port TLS."
)
@click.option(
    "--processus",
    "workers",
    default=1,
    show_default=True,
    metavar="NOMBRE",
    type=click.IntRange(1, 64),
    help="Nombre de processus.",
)
@click.option(
    "--delai-entetes",
    "head",
    default=20.0,
    show_default=True,
    metavar="SECONDES",
    type=click.FloatRange(0, min_open=True),
    help="Temps laissé à un client pour envoyer les en-têtes d'une requête ; au-delà, la connexion est coupée.",
)
@click.option(
    "--delai-corps",
    "body",
    default=300.0,
    show_default=True,
    metavar="SECONDES",
    type=click.FloatRange(0, min_open=True),
    help="Temps laissé à un client pour envoyer le corps d'une requête.",
)
@click.option(
    "--donnees",
    "data",
    default=Path("var/demo/national"),
    show_default=True,
    metavar="RÉPERTOIRE",
    type=click.Path(file_okay=False, path_type=Path),
    help="Répertoire des documents et de la base SQLite.",
)
@click.option(
    "--base", "database_url", default="", metavar="URL", help="Base de données : sqlite:///… ou postgresql://…"
)
@click.option(
    "--certificat",
    "certificate",
    default=Path("var/demo/pki/serveur.crt.pem"),
    show_default=True,
    metavar="FICHIER",
    type=_FILE,
    help="Certificat du serveur et sa chaîne, PEM.",
)
@click.option(
    "--cle",
    "key",
    default=Path("var/demo/pki/serveur.key.pem"),
    show_default=True,
    metavar="FICHIER",
    type=_FILE,
    help="Clé du serveur, PEM.",
)
@click.option(
    "--racines",
    "anchors",
    default=Path("var/demo/pki/racine.pem"),
    show_default=True,
    metavar="FICHIER",
    type=_FILE,
    help="Racines des certificats clients, PEM.",
)
@click.option(
    "--intermediaires",
    default=Path("var/demo/pki/intermediaires.pem"),
    show_default=True,
    metavar="FICHIER",
    type=_FILE,
    help="Autorités intermédiaires, PEM.",
)
@click.option(
    "--crl",
    default=Path("var/demo/pki/crl.pem"),
    show_default=True,
    metavar="FICHIER",
    type=_FILE,
    help="Listes de révocation, PEM.",
)
@json_option
def serve(*, data: Path, database_url: str, as_json: bool, **options: Any) -> None:
    """Servir la maquette en TLS mutuel jusqu'à Ctrl-C.

    Les valeurs par défaut sont celles que « tramontane demo » écrit.
    """
    from django.db import Error as DatabaseError

    from tramontane.database import from_url
    from tramontane.demo.processes import database_unavailable, require_free
    from tramontane.national.server import Listening, Patience, Tls, run

    tls = Tls(*(options[name] for name in ("certificate", "key", "anchors", "intermediaires", "crl")))
    patience = Patience(options["head"], options["body"])
    listening = Listening(options["host"], options["port"], options["workers"], patience)
    _require_usable(tls)
    try:
        from_url(database_url or "sqlite:///")
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    require_free(listening.port, listening.host)
    base_url = f"https://{listening.host}:{listening.port}/si-dmp-server/v2/services/"
    if as_json:
        emit({"simulation": True, "stand_in": base_url})
    else:
        click.echo(f"Maquette du SI-DMP (simulation)\N{NO-BREAK SPACE}: {base_url}, Ctrl-C pour arrêter.")
    try:
        run(tls=tls, data_directory=data, listening=listening, database_url=database_url)
    except DatabaseError as error:
        raise database_unavailable(error) from error


def _require_usable(tls: Tls) -> None:
    """Raises CertificateMisuse before anything starts: OpenSSL alone would only say « PEM lib »."""
    from tramontane.national.server.tls import context

    try:
        context(tls)
    except ssl.SSLError as error:
        raise CertificateMisuse(
            "Les fichiers TLS de la maquette ne peuvent pas servir.",
            code="tls-inutilisable",
            expected="un certificat et sa chaîne, la clé de ce certificat, des racines, en PEM",
            received=getattr(error, "reason", None) or "un contenu illisible",
            next_step="refaites-les avec « tramontane pki demo », ou corrigez --certificat, --cle et --racines",
        ) from error
