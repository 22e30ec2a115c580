"""`tramontane hospital init`: from an empty installation to its first consultation, one step at a time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import FrenchCommand, emit, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations.connecting import COMMAND_LINE
from tramontane.dmp.identity import FinessGeographique, FinessJuridique

if TYPE_CHECKING:
    from tramontane.hospital.accounts.models import LegalEntity

# Option, question, example: what the assistant needs when it is not given.
QUESTIONS = (
    ("finess_juridique", "FINESS de l'entité juridique (EJ)"),
    ("nom", "Nom de l'établissement"),
    ("finess_geographique", "FINESS du premier site (ET)"),
    ("site", "Nom de ce site"),
    ("code_service", "Code du premier service"),
    ("service", "Nom de ce service"),
    ("gestionnaire", "Gestion des comptes : identifiant, nom, prénom (séparés par des virgules)"),
    ("rssi", "RSSI : identifiant, nom, prénom (séparés par des virgules)"),
)
OPTIONS = {name: f"--{name.replace('_', '-')}" for name, _ in QUESTIONS}


def _options(command: Any) -> Any:
    for name, question in reversed(QUESTIONS):
        command = click.option(OPTIONS[name], name, metavar="TEXTE", help=f"{question}.")(command)
    return command


@click.command(cls=FrenchCommand)
@_options
@json_option
def init(*, as_json: bool, **answers: str | None) -> None:
    """Préparer une installation vide : tables, établissement, site, service, premiers comptes ; puis dire la suite.

    Relancée sur une installation commencée, la commande ne change rien et dit où elle en est.
    """
    start()
    from django.core.management import call_command

    from tramontane.hospital.accounts.models import LegalEntity

    call_command("migrate", interactive=False, verbosity=0)
    entity = LegalEntity.objects.order_by("pk").first()
    handed: dict[str, str] = {}
    if entity is None:
        entity, handed = _create(_complete(answers, ask=not as_json and sys.stdin.isatty()))
    found, steps = _findings(), next_steps(entity)
    if as_json:
        emit({"legal_entity": entity.finess_juridique, "temporary_passwords": handed, "findings": found,
              "next_steps": steps})  # fmt: skip
        return
    _say(entity, handed, found, steps)


def _complete(answers: dict[str, str | None], *, ask: bool) -> dict[str, str]:
    missing = [OPTIONS[name] for name, _ in QUESTIONS if not answers[name]]
    if missing and not ask:
        raise click.UsageError(f"Il manque\N{NO-BREAK SPACE}: {', '.join(missing)}.")
    if missing:
        click.echo("Premier démarrage. Chaque réponse pourra être changée ensuite, sauf les numéros FINESS.\n")
    return {name: answers[name] or click.prompt(question, type=str) for name, question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class _Person:
    """The first account of a desk."""

    login: str
    family_name: str
    given_name: str

    @classmethod
    def read(cls, text: str) -> _Person:
        """« identifiant, nom, prénom »."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != len(cls.__slots__) or not all(parts):
            raise click.UsageError(
                f"Attendu «\N{NO-BREAK SPACE}identifiant, nom, prénom\N{NO-BREAK SPACE}», reçu « {text} »."
            )
        return cls(*parts)


def _create(values: dict[str, str]) -> tuple[LegalEntity, dict[str, str]]:
    """All of it or nothing; gives the temporary password of each account, told once."""
    from django.db import transaction

    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity, Role, Service
    from tramontane.hospital.accounts.services import lifecycle, passwords
    from tramontane.hospital.traces.events import Actor

    ej, et = FinessJuridique(values["finess_juridique"]), FinessGeographique(values["finess_geographique"])
    desks = {Role.ACCOUNT_MANAGER: _Person.read(values["gestionnaire"]), Role.RSSI: _Person.read(values["rssi"])}
    handed: dict[str, str] = {}
    with transaction.atomic():
        entity = LegalEntity.objects.create(finess_juridique=ej.value, name=values["nom"])
        site = GeographicEntity.objects.create(legal_entity=entity, finess_geographique=et.value, name=values["site"])
        Service.objects.create(geographic_entity=site, code=values["code_service"], name=values["service"])
        who = Actor(ej.value, account_name=COMMAND_LINE)
        for role, person in desks.items():
            wanted = lifecycle.AccountValues(
                login=person.login, family_name=person.family_name, given_name=person.given_name, roles=(role.value,)
            )
            try:
                account, _ = lifecycle.save(entity, wanted, None, who, "manual")
            except lifecycle.InvalidAccountError as error:
                raise click.UsageError(str(error)) from error
            handed[person.login] = passwords.hand_over(account, who, clock.now())
    return entity, handed


def _findings() -> list[dict[str, str]]:
    from tramontane.hospital.config.checks import findings

    return [{"level": finding.level.value, "sentence": finding.sentence} for finding in findings()]


CONNECT = (
    "Déclarez la connexion au SI-DMP et les deux certificats : « tramontane hospital connect --entite {finess} … », "
    "puis relancez le serveur avec la variable qui porte leur mot de passe."
)


def next_steps(entity: LegalEntity) -> list[str]:
    """What is still missing before a first consultation, in order; empty once one was made."""
    return [sentence for done, sentence in _steps(entity) if not done]


# From an empty installation to a first consultation, in order; `_done` tells which are behind.
STEPS = (
    (
        "Lancez « tramontane hospital serve » et connectez-vous avec un mot de passe provisoire : choisissez le vôtre, "
        "puis enregistrez un second facteur."
    ),
    (
        "Déclarez la connexion au SI-DMP et les deux certificats : « tramontane hospital connect --entite {finess} … », "
        "puis relancez le serveur avec la variable qui porte leur mot de passe."
    ),
    "RSSI, page « Habilitations » : publiez la première matrice. Avant elle, personne ne consulte.",
    (
        "Gestion des comptes, page « Comptes » : créez un compte avec RPPS, profession, spécialité d'un médecin ou section "
        "d'un pharmacien, et service pour un professionnel de santé, et un compte pour le bureau des admissions."
    ),
    "Bureau des admissions : créez un patient, qualifiez son INS, ouvrez sa venue.",
    "Bureau des admissions : informez le patient et enregistrez son choix.",
    "Professionnel de santé : lisez la notice, ouvrez le dossier du patient ; l'état du DMP s'y affiche.",
)


def _steps(entity: LegalEntity) -> list[tuple[bool, str]]:
    texts = (text.format(finess=entity.finess_juridique) for text in STEPS)
    return list(zip(_done(entity), texts, strict=True))


def _done(entity: LegalEntity) -> tuple[bool, ...]:
    from tramontane.hospital.accounts.directory import is_vague
    from tramontane.hospital.accounts.models import Account, Role, TotpDevice
    from tramontane.hospital.consultations.models import DmpConnection, DmpState
    from tramontane.hospital.habilitations.models import MatrixRevision
    from tramontane.hospital.patients.models import ConsentRecord, Patient

    accounts = Account.objects.filter(legal_entity=entity, is_active=True)
    with_factor = accounts.filter(passkeys__isnull=False) | accounts.filter(pk__in=TotpDevice.objects.values("account"))
    patients = Patient.objects.filter(legal_entity=entity)
    return (
        with_factor.exists(),
        DmpConnection.objects.filter(legal_entity=entity).exists(),
        MatrixRevision.objects.filter(legal_entity=entity).exists(),
        any(Role.CLINICIAN in one.roles and one.rpps and not is_vague(one) for one in accounts),
        patients.filter(identity_status=Patient.IdentityStatus.QUALIFIEE, episodes__isnull=False).exists(),
        ConsentRecord.objects.filter(patient__legal_entity=entity).exists(),
        DmpState.objects.filter(patient__legal_entity=entity, exists=True).exists(),
    )


def _say(entity: LegalEntity, handed: dict[str, str], found: list[dict[str, str]], steps: list[str]) -> None:
    state = "créé" if handed else "déjà là, rien n'a été changé"
    click.echo(f"{entity.name} ({entity.finess_juridique})\N{NO-BREAK SPACE}: {state}.")
    for login, password in handed.items():
        click.echo(
            f"  {login}\N{NO-BREAK SPACE}: mot de passe provisoire {password} (7 jours, affiché cette seule fois)"
        )
    attention = [one["sentence"] for one in found if one["level"] != "bien"]
    if attention:
        click.echo("\nÀ voir dans l'installation\N{NO-BREAK SPACE}:")
        for sentence in attention:
            click.echo(f"  ! {sentence}")
    click.echo(
        "\nJusqu'à la première consultation\N{NO-BREAK SPACE}:" if steps else "\nUne consultation a déjà eu lieu."
    )
    for rank, sentence in enumerate(steps, start=1):
        click.echo(f"  {rank}. {sentence}")
