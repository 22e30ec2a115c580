"""`tramontane hospital …`: the application, its tables, its first account, its traces."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from tramontane.cli.base import REFUSED, UNUSABLE, FrenchCommand, FrenchGroup, emit, emit_line, json_option

OPERATIONS = "tramontane.cli.hospital_operations"


@click.group(
    cls=FrenchGroup,
    commands_at={
        "init": (f"{OPERATIONS}.assistant:init", "Premier démarrage, jusqu'à la première consultation."),
        "connect": (f"{OPERATIONS}.connecting:connect", "Connexion au DMP : adresse et certificats."),
        "connect-insi": (f"{OPERATIONS}.connecting_insi:connect_insi", "Connexion au téléservice INSi."),
        "work": (f"{OPERATIONS}.working:work", "Tâches de fond et tâches périodiques, à côté du serveur."),
        "hl7": (f"{OPERATIONS}.working:hl7", "Recevoir le flux d'identités HL7 v2 (MLLP)."),
        "purge-traces": (f"{OPERATIONS}.purging:purge_traces", "Détruire les traces en fin de conservation."),
        "objectives": (f"{OPERATIONS}.objectives:objectives", "Relevés d'objectifs : clore, prouver."),
        "backup": (f"{OPERATIONS}.keeping:backup", "Sauvegarder la base intégrée et les documents."),
        "restore": (f"{OPERATIONS}.keeping:restore", "Restaurer une sauvegarde et vérifier les traces."),
    },
)
def hospital() -> None:
    """Application hospitalière : de la connexion à deux facteurs au document classé.

    Elle se règle par des variables d'environnement TRAMONTANE_… ; une valeur fausse est refusée au démarrage.
    """


def start() -> None:
    """Read the environment and load Django, or stop with every fault in French."""
    import django

    from tramontane.hospital.config.environment import ConfigurationError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramontane.hospital.config.settings")
    try:
        django.setup()
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)


@hospital.command("serve", cls=FrenchCommand)
@click.option("--adresse", "host", default="127.0.0.1", show_default=True, metavar="ADRESSE", help="Adresse d'écoute.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), metavar="PORT", help="Port HTTP."
)
@click.option("--socket", default="", metavar="FICHIER", help="Socket Unix, à la place de l'adresse et du port.")
@click.option(
    "--processus",
    "workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    metavar="NOMBRE",
    help="Nombre de processus.",
)
@json_option
def serve(host: str, port: int, socket: str, workers: int, *, as_json: bool) -> None:
    """Servir l'application jusqu'à Ctrl-C. TLS est l'affaire du serveur mandataire devant elle."""
    start()
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    trusted = settings.ENVIRONMENT.trusted_proxy_socket
    if trusted and trusted != socket:
        raise click.UsageError(
            f"TRAMONTANE_TRUSTED_PROXY_SOCKET fait croire les en-têtes du mandataire : servez avec « --socket {trusted} »."
        )
    place, address = socket or f"{host}:{port}", settings.ENVIRONMENT.base_url
    if as_json:
        emit_line({"event": "serving", "address": address, "listens": place, "workers": workers})
    else:
        click.echo(f"Application hospitalière : {address} ({place}), Ctrl-C pour arrêter.")
    listening: dict[str, Any] = (
        {"uds": Path(socket), "uds_permissions": 0o660} if socket else {"address": host, "port": port}
    )
    with _metrics_directory() as os.environ["PROMETHEUS_MULTIPROC_DIR"]:
        Granian(
            "tramontane.hospital.config.wsgi:application",
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=8,
            log_access=False,
            respawn_failed_workers=True,  # a module of an HSM may kill one: the requests of the others go on
            **listening,
        ).serve()


def _metrics_directory() -> tempfile.TemporaryDirectory[str]:
    """Where the processes share their figures: files mapped in memory. On a full disk, writing to one kills the process
    (SIGBUS), so they are kept off the disks where the system has such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp's name and rights
    return tempfile.TemporaryDirectory(prefix="tramontane-metrics-", dir=memory if memory.is_dir() else None)


@hospital.command("migrate", cls=FrenchCommand)
@json_option
def migrate(*, as_json: bool) -> None:
    """Créer ou mettre à jour les tables."""
    start()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    call_command("migrate", interactive=False, verbosity=0 if as_json else 1)
    if as_json:
        emit({"applied": [str(migration) for migration, _ in plan]})


@hospital.command("check", cls=FrenchCommand)
@json_option
def check(*, as_json: bool) -> None:
    """Vérifier l'installation : une phrase par constat. Code 1 si quelque chose bloque."""
    start()
    from tramontane.hospital.config.checks import findings
    from tramontane.hospital.config.findings import Level

    found = list(findings())
    if as_json:
        emit({"findings": [{"level": finding.level.name.lower(), "sentence": finding.sentence} for finding in found]})
    else:
        marks = {Level.OK: "✓", Level.WARNING: "!", Level.FAILURE: "✕"}
        for finding in found:
            click.echo(f"{marks[finding.level]} {finding.sentence}")
    sys.exit(REFUSED if any(finding.level is Level.FAILURE for finding in found) else 0)


@hospital.command("create-entity", cls=FrenchCommand)
@click.option("--finess-juridique", required=True, metavar="FINESS", help="FINESS de l'entité juridique (EJ).")
@click.option("--nom", "name", required=True, metavar="NOM", help="Nom de l'établissement.")
@click.option("--finess-geographique", required=True, metavar="FINESS", help="FINESS du premier site (ET).")
@click.option("--site", required=True, metavar="NOM", help="Nom du premier site.")
@json_option
def create_entity(*, finess_juridique: str, name: str, finess_geographique: str, site: str, as_json: bool) -> None:
    """Créer une entité juridique et son premier site."""
    start()
    from django.db import transaction

    from tramontane.dmp.identity import FinessGeographique, FinessJuridique
    from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity

    ej, et = FinessJuridique(finess_juridique), FinessGeographique(finess_geographique)
    with transaction.atomic():
        entity, created = LegalEntity.objects.get_or_create(finess_juridique=ej.value, defaults={"name": name})
        GeographicEntity.objects.get_or_create(
            finess_geographique=et.value, defaults={"name": site, "legal_entity": entity}
        )
    if as_json:
        emit({"finess_juridique": ej.value, "finess_geographique": et.value, "created": created})
        return
    click.echo("Entité créée." if created else "L'entité existait déjà ; son site aussi, ou vient d'être créé.")


@hospital.command("create-account", cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")
@click.option("--identifiant", "login", required=True, metavar="IDENTIFIANT", help="Identifiant de connexion.")
@click.option("--nom", "family_name", required=True, metavar="NOM", help="Nom de famille.")
@click.option("--prenom", "given_name", required=True, metavar="PRENOM", help="Prénom.")
@click.option("--rpps", default="", metavar="RPPS", help="Numéro RPPS, 11 chiffres ; vide s'il n'y en a pas.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="clinician, admissions, account_manager, rssi, dpo ; répétable.",
)
@json_option
def create_account(*, finess: str, as_json: bool, **fields: Any) -> None:
    """Créer un compte et afficher, une fois, son mot de passe provisoire."""
    start()
    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import LegalEntity
    from tramontane.hospital.accounts.services import lifecycle, passwords
    from tramontane.hospital.traces.events import Actor

    entity = LegalEntity.objects.filter(finess_juridique=finess).first()
    if entity is None:
        raise click.UsageError(f"Aucune entité juridique {finess} : lancez « tramontane hospital create-entity ».")
    who = Actor(finess, account_name="ligne de commande")
    values = lifecycle.AccountValues(**{**fields, "roles": tuple(fields["roles"])})
    try:
        account, _ = lifecycle.save(entity, values, None, who, "manual")
    except lifecycle.InvalidAccountError as error:
        raise click.UsageError(str(error)) from error
    password = passwords.hand_over(account, who, clock.now())
    if as_json:
        emit({"login": account.login, "temporary_password": password, "valid_days": 7})
        return
    click.echo(f"Compte « {account.login} » créé. Mot de passe provisoire, valable 7 jours : {password}")


@hospital.command("create-scim-token", cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique.")
@click.option("--nom", "name", required=True, metavar="NOM", help="Qui s'en servira, par exemple « RH ».")
@json_option
def create_scim_token(*, finess: str, name: str, as_json: bool) -> None:
    """Créer un jeton SCIM et l'afficher une fois."""
    start()
    import secrets

    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import LegalEntity, ScimToken
    from tramontane.hospital.accounts.views.scim import token_hash

    entity = LegalEntity.objects.filter(finess_juridique=finess).first()
    if entity is None:
        raise click.UsageError(f"Aucune entité juridique {finess}.")
    token = secrets.token_urlsafe(32)
    ScimToken.objects.create(legal_entity=entity, name=name[:80], hash=token_hash(token), created_at=clock.now())
    if as_json:
        emit({"name": name, "token": token})
        return
    click.echo(f"Jeton SCIM de « {name} », affiché cette seule fois : {token}")


@hospital.command("seal", cls=FrenchCommand)
@click.option(
    "--every",
    "--toutes-les",
    "pause",
    default=0,
    type=click.IntRange(0, 3600),
    metavar="SECONDES",
    help="Recommencer sans fin, avec cette pause.",
)
@json_option
def seal(pause: int, *, as_json: bool) -> None:
    """Sceller les traces nouvelles, ranger ce qui a expiré."""
    start()
    from django.core.management import call_command

    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import ConsumedToken
    from tramontane.hospital.traces import chain

    while True:
        while (made := chain.seal()) is not None:
            if as_json:
                emit_line({"seal": made.pk, "traces": made.count, "head": made.hash})
            else:
                click.echo(f"Sceau {made.pk} : {made.count} traces, tête {made.hash}")
        ConsumedToken.objects.filter(expires_at__lt=clock.now()).delete()
        call_command("clearsessions")
        if not pause:
            return
        time.sleep(pause)


@hospital.command("verify-traces", cls=FrenchCommand)
@click.option("--tete", "head", default="", metavar="EMPREINTE", help="Tête de chaîne notée ailleurs, à retrouver.")
@json_option
def verify_traces(*, head: str, as_json: bool) -> None:
    """Relire toute la chaîne de traces. Code 1 si quelque chose a été touché."""
    start()
    from tramontane.hospital.traces import chain

    result = chain.verify(head)
    if as_json:
        counted = {name: getattr(result, name) for name in ("traces", "seals", "unsealed", "purged", "head")}
        emit({"intact": result.intact, "findings": [finding.sentence for finding in result.findings], **counted})
        sys.exit(0 if result.intact else REFUSED)
    for finding in result.findings:
        click.echo(f"✕ {finding.sentence}")
    state = "intacte" if result.intact else "altérée"
    click.echo(
        f"Chaîne {state} : {result.traces} traces, {result.seals} sceaux, {result.unsealed} à sceller, "
        f"{result.purged} détruites en fin de conservation. Tête : {result.head}"
    )
    sys.exit(0 if result.intact else REFUSED)
