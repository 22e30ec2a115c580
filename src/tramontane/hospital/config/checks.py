"""`tramontane hospital check`: what is right and what is not, one sentence a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from tramontane.hospital import clock
from tramontane.hospital.accounts.card.door import DoorError, door
from tramontane.hospital.accounts.models import Account, GeographicEntity, LegalEntity
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.metadata import keys
from tramontane.hospital.accounts.oidc.profiles import ProfileError, providers
from tramontane.hospital.config import certificate_checks
from tramontane.hospital.config.findings import Finding, Level
from tramontane.hospital.config.views import migrated
from tramontane.hospital.documents.models import Dispatch
from tramontane.hospital.traces.models import Seal, Trace

CLOCK_DRIFT = timedelta(seconds=5)
SEAL_LATE = timedelta(minutes=10)
OUTBOX_LATE = timedelta(minutes=30)


def findings() -> Iterator[Finding]:
    """Every check, in order; those that need the database stop when it does not answer."""
    yield from _configuration()
    reached, drift = _database()
    yield reached
    if reached.level is Level.FAILURE:
        return
    yield drift
    if not migrated():
        yield Finding(
            Level.FAILURE, "Les tables ne sont pas celles de cette version : lancez « tramontane hospital migrate »."
        )
        return
    yield Finding(Level.OK, "Les tables sont celles de cette version.")
    for check in CHECKS:
        yield from check()


def _configuration() -> Iterator[Finding]:
    environment = settings.ENVIRONMENT
    if environment.production:
        yield Finding(Level.OK, f"Mode production, adresse {environment.base_url}.")
    else:
        yield Finding(
            Level.WARNING, "Mode développement : ne convient pas à de vraies données (TRAMONTANE_ENV=production)."
        )
    if len(settings.SECRET_KEY) < 50:
        yield Finding(
            Level.WARNING, "TRAMONTANE_SECRET_KEY a moins de 50 caractères : les secrets TOTP seraient mal protégés."
        )
    if environment.production and environment.database_url.startswith("sqlite"):
        yield Finding(
            Level.WARNING,
            "Base intégrée (SQLite) en production, acceptée par TRAMONTANE_EMBEDDED_DATABASE : un seul serveur, une seule "
            "écriture à la fois. Sauvegardez chaque jour par « tramontane hospital backup ».",
        )
    directory: Path = environment.data_directory
    probe = directory / ".check"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        yield Finding(Level.FAILURE, f"Le répertoire de données {directory} n’est pas accessible en écriture.")
    else:
        yield Finding(Level.OK, "Le répertoire de données est accessible en écriture.")
    if directory.exists() and directory.stat().st_mode & 0o007:
        yield Finding(
            Level.WARNING,
            f"Le répertoire de données {directory} est ouvert à tous les comptes de la machine : il porte des données de "
            f"santé. Lancez « chmod o= {directory} ».",
        )


def _database() -> tuple[Finding, Finding]:
    sql = (
        "SELECT strftime('%s','now')"
        if connection.vendor == "sqlite"
        else "SELECT extract(epoch FROM clock_timestamp())"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            there = datetime.fromtimestamp(float(cursor.fetchone()[0]), UTC)
    except DatabaseError:
        return Finding(Level.FAILURE, "La base de données ne répond pas : vérifiez TRAMONTANE_DATABASE_URL."), _clock(
            None
        )
    return Finding(Level.OK, f"La base de données répond ({connection.vendor})."), _clock(there)


def _clock(there: datetime | None) -> Finding:
    drift = abs(clock.now() - there) if there else timedelta(0)
    if drift > CLOCK_DRIFT:
        return Finding(
            Level.FAILURE,
            f"L’horloge de cette machine et celle de la base diffèrent de {drift.seconds} s : synchronisez-les (NTP), "
            "les jetons d’accès au DMP sont datés.",
        )
    return Finding(Level.OK, "L’horloge de cette machine et celle de la base sont d’accord.")


def _people() -> Iterator[Finding]:
    if not LegalEntity.objects.exists():
        yield Finding(Level.FAILURE, "Aucune entité juridique : lancez « tramontane hospital create-entity ».")
    for entity in LegalEntity.objects.order_by("pk"):
        if not GeographicEntity.objects.filter(legal_entity=entity).exists():
            yield Finding(Level.FAILURE, f"{entity.name} n’a aucun site (ET) : aucun jeton ne peut être fabriqué.")
        if not Account.objects.filter(
            legal_entity=entity, is_active=True, roles__icontains='"account_manager"'
        ).exists():
            yield Finding(
                Level.WARNING,
                f"{entity.name} n’a personne pour gérer les comptes : lancez « tramontane hospital create-account ».",
            )


def _cards() -> Iterator[Finding]:
    try:
        found = door()
        lists = found.trust().crls if found else ()
    except DoorError as error:
        yield Finding(Level.FAILURE, str(error))
        return
    if found is None:
        return
    stale = [one for one in lists if one.next_update_utc is None or one.next_update_utc <= clock.now()]
    if stale:
        yield Finding(
            Level.FAILURE,
            f"Cartes CPx : {len(stale)} liste(s) de révocation à renouveler, aucune carte n’est acceptée.",
        )
    else:
        yield Finding(Level.OK, f"Cartes CPx lues à {found.address}, avec {len(lists)} listes de révocation à jour.")


def _identity_providers() -> Iterator[Finding]:
    try:
        declared = providers()
    except (ProfileError, OSError) as error:
        yield Finding(Level.FAILURE, f"Fournisseurs d’identité : {error}")
        return
    for profile in declared.values():
        try:
            found = keys(profile, clock.now())
        except OidcError as error:
            yield Finding(Level.FAILURE, f"{profile.label} ({profile.key}) : {error.code}. {error.sentence}")
        else:
            count = f"{len(found)} clé{'s' if len(found) > 1 else ''}"
            yield Finding(Level.OK, f"{profile.label} ({profile.key}) répond et publie {count}.")
        if not profile.acceptance:
            yield Finding(
                Level.WARNING,
                f"{profile.label} ({profile.key}) n’a aucune ligne de preuve : il n’ouvrira jamais le DMP.",
            )


def _outbox() -> Iterator[Finding]:
    late = Dispatch.objects.filter(
        state__in=(Dispatch.State.PENDING, Dispatch.State.SENDING), next_attempt_at__lt=clock.now() - OUTBOX_LATE
    ).count()
    if late:
        yield Finding(
            Level.WARNING,
            f"{late} envois au DMP sont en retard de plus de 30 minutes : « tramontane hospital work » tourne-t-il ?",
        )


def _seals() -> Iterator[Finding]:
    sealed = Seal.objects.order_by("-id").values_list("last_trace_id", flat=True).first() or 0
    oldest = Trace.objects.filter(id__gt=sealed).order_by("id").values_list("recorded_at", flat=True).first()
    if oldest is not None and clock.now() - oldest > SEAL_LATE:
        yield Finding(
            Level.WARNING,
            "Des traces attendent leur sceau depuis plus de 10 minutes : « tramontane hospital work » tourne-t-il ?",
        )
    else:
        yield Finding(Level.OK, "Les traces sont scellées.")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _people,
    _identity_providers,
    _cards,
    certificate_checks.extraction,
    certificate_checks.dmp,
    certificate_checks.insi,
    _outbox,
    _seals,
)
