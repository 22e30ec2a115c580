"""`tramontane hospital connect`: how a legal entity reaches the SI-DMP, checked before it is kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import OK, REFUSED, FrenchCommand, emit, json_option
from tramontane.cli.hospital import start
from tramontane.dmp.errors import LocalError

if TYPE_CHECKING:
    from tramontane.hospital.accounts.models import LegalEntity
    from tramontane.hospital.consultations.connection import CertificateReport

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COMMAND_LINE = "ligne de commande"


@click.command(cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")
@click.option("--url", "base_url", required=True, metavar="URL", help="Adresse du SI-DMP, « https://…/services/ ».")
@click.option(
    "--autorites", "trust", required=True, type=_FILE, metavar="FICHIER", help="Racines et intermédiaires, PEM."
)
@click.option("--crl", type=_FILE, metavar="FICHIER", help="Listes de révocation, PEM.")
@click.option(
    "--authentification",
    required=True,
    type=_FILE,
    metavar="FICHIER",
    help="Certificat d'authentification et sa clé : .p12, ou .pem qui contient les deux.",
)
@click.option(
    "--signature",
    required=True,
    metavar="FICHIER",
    help="Cachet de signature et sa clé : .p12, .pem, ou une référence « pkcs11:… ».",
)
@click.option(
    "--secret",
    default="",
    metavar="VARIABLE",
    help="Nom de la variable d'environnement qui porte le mot de passe ou le code de la carte.",
)
@click.option("--logiciel-oid", "software_oid", required=True, metavar="OID", help="OID du logiciel homologué.")
@click.option("--homologation", "software_homologation", required=True, metavar="NUMÉRO", help="Numéro d'homologation.")
@click.option(
    "--contrat-du", type=click.DateTime(["%Y-%m-%d"]), metavar="AAAA-MM-JJ", help="Début du contrat AIR des sites."
)
@click.option(
    "--contrat-au", type=click.DateTime(["%Y-%m-%d"]), metavar="AAAA-MM-JJ", help="Fin du contrat AIR des sites."
)
@json_option
@click.pass_context
def connect(ctx: click.Context, /, *, finess: str, as_json: bool, **options: Any) -> None:
    """Enregistrer la connexion d'une entité juridique au SI-DMP et vérifier ses deux certificats.

    Les fichiers ne sont pas copiés : la base ne garde que leurs chemins. La connexion est enregistrée même si un
    certificat ne convient pas encore ; le code de sortie est alors 1.
    """
    start()
    report = keep(entity_of(finess), options)
    usable = not report.fault and report.state.value in _usable()
    if as_json:
        emit({"usable": usable, **certificates(report)})
    else:
        for line in sentences(report):
            click.echo(line)
        click.echo("Connexion enregistrée." if usable else "Connexion enregistrée, mais inutilisable en l'état.")
    ctx.exit(OK if usable else REFUSED)


def entity_of(finess: str) -> LegalEntity:
    """The legal entity.

    Raises:
        LocalError: nobody of this FINESS here.
    """
    from tramontane.hospital.accounts.models import LegalEntity

    entity = LegalEntity.objects.filter(finess_juridique=finess).first()
    if entity is None:
        raise LocalError(
            f"Aucune entité juridique {finess} dans cette installation.",
            code="entite-inconnue",
            next_step="créez-la avec « tramontane hospital init »",
        )
    return entity


def keep(entity: LegalEntity, options: dict[str, Any]) -> CertificateReport:
    """Write the connection with its trace; gives the state of its certificates."""
    from django.db import transaction

    from tramontane.hospital import clock
    from tramontane.hospital.consultations import connection
    from tramontane.hospital.consultations.models import DmpConnection
    from tramontane.hospital.traces.events import Actor, Event
    from tramontane.hospital.traces.services import record

    now = clock.now()
    with transaction.atomic():
        row, _ = DmpConnection.objects.update_or_create(legal_entity=entity, defaults=_row(options, now))
        _contracts(entity, options)
        who = Actor(entity.finess_juridique, account_name=COMMAND_LINE)
        record(Event("configuration.modifiee", who, detail={"connection": row.base_url}))
    return connection.report(row, now)


def _row(options: dict[str, Any], now: datetime) -> dict[str, Any]:
    signature = str(options["signature"])
    return {
        "base_url": options["base_url"],
        "trust_path": str(options["trust"].absolute()),
        "crl_path": str(options["crl"].absolute()) if options["crl"] else "",
        "authentication": f"file:{options['authentification'].absolute()}",
        "signature": signature if signature.startswith("pkcs11:") else f"file:{Path(signature).absolute()}",
        "secret_name": options["secret"],
        "software_oid": options["software_oid"],
        "software_homologation": options["software_homologation"],
        "updated_at": now,
    }


def _contracts(entity: LegalEntity, options: dict[str, Any]) -> None:
    from tramontane.hospital.consultations.models import SiteContract

    given = {"signed_at": options["contrat_du"], "expires_at": options["contrat_au"]}
    dates = {name: value.date() for name, value in given.items() if value}
    for site in entity.geographic_entities.all() if dates else ():
        SiteContract.objects.update_or_create(geographic_entity=site, defaults=dates)


def certificates(report: CertificateReport) -> dict[str, Any]:
    """The state of the certificates, for programs."""
    return {
        "state": report.state.value,
        "fault": report.fault,
        "certificates": [
            {"role": one.role, "subject": one.subject, "days_left": one.days_left, "state": one.state.value}
            for one in report.lines
        ],
    }


def sentences(report: CertificateReport) -> list[str]:
    """The state of the certificates, one sentence each."""
    if report.fault:
        return [f"✕ {report.fault}"]
    return [
        f"{'✓' if one.state.value in _usable() else '✕'} {one.role}\N{NO-BREAK SPACE}: {one.subject}, "
        f"{one.days_left} jours restants."
        for one in report.lines
    ]


def _usable() -> frozenset[str]:
    from tramontane.rules.access import CertificateState

    return frozenset({CertificateState.VALID.value, CertificateState.EXPIRING.value})
