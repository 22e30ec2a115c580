"""`tramontane national serve`: the SI-DMP stand-in on its own."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.ending import end_like_ctrl_c
from tramontane.cli.options import national_data_option, national_database_option
from tramontane.dmp.errors import CertificateMisuse

if TYPE_CHECKING:
    from tramontane.national.pages.serving import Pages
    from tramontane.national.server import Tls

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


_LATER = {"monitor": ("tramontane.cli.national_monitor:monitor", "Chercher les mésusages, ou mesurer les règles.")}
_LAST_PORT = 65535


class _Address(click.ParamType):
    """Where to listen: an IP address of this machine, or ``localhost``."""

    name = "adresse"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, checked before anything starts."""
        text = "127.0.0.1" if value == "localhost" else value
        try:
            return str(ip_address(text))
        except ValueError:
            self.fail(f"{value!r} n'est pas une adresse IP, par exemple 127.0.0.1 ou 0.0.0.0.", param, ctx)


@click.group(cls=FrenchGroup, commands_at=_LATER)
def national() -> None:
    """Maquette du SI-DMP : un juge fidèle, sans aucun lien avec les services nationaux."""


@national.command("serve", cls=FrenchCommand)
@click.option(
    "--adresse",
    "host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADRESSE",
    type=_Address(),
    help="Adresse IP d'écoute.",
)
@click.option(
    "--port", default=8443, show_default=True, metavar="PORT", type=click.IntRange(1, _LAST_PORT), help="Port TLS."
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
@national_data_option
@national_database_option
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
@click.option(
    "--port-pages",
    "pages_port",
    metavar="PORT",
    type=click.IntRange(1, _LAST_PORT),
    help="Port TLS des pages : portail AIR, liste blanche, Mon espace santé. Par défaut, celui de --port plus un.",
)
@click.option("--sans-pages", "without_pages", is_flag=True, help="Ne servir que le SI-DMP.")
@click.option(
    "--personnages-non-surs",
    "unsafe_personas",
    is_flag=True,
    help="Démonstration : se connecter aux pages sans aucune preuve d'identité. Refusé en production.",
)
@json_option
def serve(*, data: Path, database_url: str, as_json: bool, **options: Any) -> None:
    """Servir la maquette en TLS mutuel, et ses pages, jusqu'à Ctrl-C.

    Les valeurs par défaut sont celles que « tramontane demo » écrit. On se connecte aux pages avec une carte CPE, CDE ou
    CPS, par le navigateur ; TRAMONTANE_NATIONAL_OFFICERS nomme les cartes des agents de la CNAM,
    TRAMONTANE_NATIONAL_OPERATORS celles qui exploitent la maquette.
    """
    from django.db import Error as DatabaseError

    from tramontane.demo.national_pages import pages_beside
    from tramontane.demo.processes import database_unavailable, require_free
    from tramontane.national.server import Listening, Patience, Tls, run

    tls = Tls(*(options[name] for name in ("certificate", "key", "anchors", "intermediaires", "crl")))
    patience = Patience(options["head"], options["body"])
    listening = Listening(options["host"], options["port"], options["workers"], patience)
    beside = _pages(options)
    _require_usable(tls)
    require_free(listening.port, listening.host)
    end_like_ctrl_c()
    try:
        with pages_beside(beside, tls=tls, data_directory=data, database_url=database_url) as pages:
            _announce(f"https://{listening.name}:{listening.port}/si-dmp-server/v2/services/", pages, as_json=as_json)
            with suppress(KeyboardInterrupt):  # the way it is meant to end
                run(tls=tls, data_directory=data, listening=listening, database_url=database_url)
    except DatabaseError as error:
        raise database_unavailable(error) from error


def _pages(options: dict[str, Any]) -> Pages | None:
    """Where the pages listen; None when they are not wanted."""
    from tramontane.national.pages.serving import Pages

    if options["without_pages"]:
        return None
    port = options["pages_port"] or options["port"] + 1
    if port == options["port"] or port > _LAST_PORT:
        raise click.UsageError("Les pages demandent un port à elles : choisissez-le avec --port-pages.")
    return Pages(options["host"], port, unsafe_personas=options["unsafe_personas"])


def _announce(base_url: str, pages: str, *, as_json: bool) -> None:
    if as_json:
        emit({"simulation": True, "stand_in": base_url} | ({"pages": pages} if pages else {}))
        return
    if pages:
        click.echo(f"Pages de la maquette (simulation)\N{NO-BREAK SPACE}: {pages}")
    click.echo(f"Maquette du SI-DMP (simulation)\N{NO-BREAK SPACE}: {base_url}, Ctrl-C pour arrêter.")


def _require_usable(tls: Tls) -> None:
    """Raises CertificateMisuse before anything starts: OpenSSL alone would only say « PEM lib »."""
    from tramontane.national.policy import TrustFiles
    from tramontane.national.server.tls import context

    try:
        context(tls)
        trust = TrustFiles(tls.anchors, tls.intermediates, tls.crls)()
    except (ssl.SSLError, ValueError) as error:
        raise CertificateMisuse(
            "Les fichiers TLS de la maquette ne peuvent pas servir.",
            code="tls-inutilisable",
            expected="un certificat et sa chaîne, la clé de ce certificat, des racines, des autorités, des CRL, en PEM",
            received=getattr(error, "reason", None) or "un contenu illisible",
            next_step="refaites-les avec « tramontane pki demo », ou corrigez --certificat, --cle, --racines et --crl",
        ) from error
    if not any(crl.next_update_utc and crl.next_update_utc > datetime.now(UTC) for crl in trust.crls):
        click.echo(
            "Attention : aucune liste de révocation (--crl) n'est en cours de validité, tout appel sera "
            "refusé. « tramontane pki demo » refait l'IGC de test entière.",
            err=True,
        )
