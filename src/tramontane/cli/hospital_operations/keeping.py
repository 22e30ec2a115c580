"""`tramontane hospital backup` and `restore`, for the embedded default: SQLite and a directory of documents."""

from __future__ import annotations

import hmac
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

import tramontane
from tramontane.cli.base import REFUSED, FrenchCommand, emit, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations import archive
from tramontane.dmp.errors import LocalError

_ARCHIVE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=FrenchCommand)
@click.argument("destination", metavar="FICHIER", type=_ARCHIVE)
@json_option
def backup(*, destination: Path, as_json: bool) -> None:
    """Sauvegarder la base SQLite et les documents dans FICHIER (.tar.gz), sans arrêter l'application.

    La clé TRAMONTANE_SECRET_KEY et les certificats n'y sont pas : gardez-les à part. Le fichier contient des données de
    santé en clair, lisibles par son propriétaire seul : rangez-le dans un lieu chiffré.
    """
    start()
    _require_embedded()
    if destination.exists():
        raise LocalError(
            f"Le fichier « {destination} » existe déjà.",
            code="sauvegarde-existe",
            next_step="choisissez un autre nom : une sauvegarde n'en écrase jamais une autre",
        )
    with tempfile.TemporaryDirectory(dir=_data(), prefix=".sauvegarde-") as made:
        manifest = _stage(Path(made))
        archive.write(destination, Path(made), manifest)
    if as_json:
        emit({"archive": str(destination), "head": manifest.head, "rows": manifest.rows, "files": len(manifest.files)})
        return
    click.echo(
        f"Sauvegarde écrite\N{NO-BREAK SPACE}: {destination}. {_counts(manifest)}\n"
        f"Notez ailleurs la tête de la chaîne de traces\N{NO-BREAK SPACE}: {manifest.head}"
    )


def _stage(staging: Path) -> archive.Manifest:
    """Database first: every file its rows name was written before."""
    from tramontane.hospital import clock
    from tramontane.hospital.traces import chain

    while chain.seal() is not None:
        pass
    head = chain.verify().head
    archive.snapshot(_database(), staging / archive.DATABASE)
    files = _data() / archive.FILES
    if files.is_dir():
        import shutil

        shutil.copytree(files, staging / archive.FILES)
    archive.require_documents(staging / archive.DATABASE, staging / archive.FILES)
    return archive.Manifest(
        format=archive.FORMAT,
        version=tramontane.__version__,
        made_at=clock.utc_text(clock.now()),
        head=head,
        key_mark=_key_mark(),
        rows=archive.count(staging / archive.DATABASE),
        files=archive.digests(staging),
    )


@click.command(cls=FrenchCommand)
@click.argument("source", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Remplacer ce qui est là ; l'ancien est mis de côté, jamais détruit.")
@json_option
def restore(*, source: Path, force: bool, as_json: bool) -> None:
    """Restaurer une sauvegarde, puis relire toute la chaîne de traces. Arrêtez l'application avant."""
    start()
    _require_embedded()
    data, database = _data(), _database()
    if not force and (database.exists() or any(_files(data))):
        raise LocalError(
            f"L'installation de « {data} » contient déjà des données.",
            code="restauration-ecraserait",
            next_step="restaurez dans un répertoire vide, ou ajoutez --force : l'existant est mis de côté",
        )
    with tempfile.TemporaryDirectory(dir=data, prefix=".restauration-") as made:
        manifest = archive.extract(source, Path(made))
        _require_known(archive.migrations(Path(made) / archive.DATABASE))
        archive.require_documents(Path(made) / archive.DATABASE, Path(made) / archive.FILES)
        aside = data / f"avant-restauration-{_stamp()}"
        moved = archive.put_in_place(Path(made), data, database, aside)
    intact, findings = _verify(manifest)
    same_key = hmac.compare_digest(manifest.key_mark, _key_mark())
    if as_json:
        emit({"rows": manifest.rows, "aside": [str(path) for path in moved], "traces_intact": intact,
              "findings": findings, "same_secret_key": same_key})  # fmt: skip
    else:
        _say(manifest, moved, findings, same_key=same_key)
    sys.exit(0 if intact else REFUSED)


def _verify(manifest: archive.Manifest) -> tuple[bool, list[str]]:
    """Bring the schema up to date, then read the chain again up to the head the manifest noted."""
    from django.core.management import call_command

    from tramontane.hospital.traces import chain

    call_command("migrate", interactive=False, verbosity=0)
    # Without any seal yet, there is no link to find again.
    result = chain.verify("" if manifest.head == chain.GENESIS else manifest.head)
    return result.intact, [finding.sentence for finding in result.findings]


def _say(manifest: archive.Manifest, moved: tuple[Path, ...], findings: list[str], *, same_key: bool) -> None:
    click.echo(f"Sauvegarde du {manifest.made_at[:16].replace('T', ' à ')} UTC restaurée. {_counts(manifest)}")
    for path in moved:
        click.echo(f"L'ancien est là\N{NO-BREAK SPACE}: {path}")
    click.echo("Chaîne de traces intacte." if not findings else "\n".join(f"✕ {sentence}" for sentence in findings))
    if not same_key:
        click.echo(
            "! La clé TRAMONTANE_SECRET_KEY n'est pas celle de la sauvegarde\N{NO-BREAK SPACE}: les codes à usage unique "
            "seront refusés. Remettez l'ancienne clé, ou faites enregistrer un nouveau second facteur à chacun."
        )


def _counts(manifest: archive.Manifest) -> str:
    rows = manifest.rows
    return f"{rows['patients']} patients, {rows['documents']} documents, {rows['traces']} traces."


def _require_embedded() -> None:
    """Raises LocalError for PostgreSQL, which has its own tools: better than anything written here."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return
    raise LocalError(
        "Cette installation utilise PostgreSQL\N{NO-BREAK SPACE}: sa base se sauvegarde avec les outils de PostgreSQL.",
        code="sauvegarde-postgresql",
        expected="la base SQLite intégrée",
        received=connection.vendor,
        next_step=(
            "sauvegardez avec « pg_dump --format=custom » (ou pgBackRest pour une reprise à l'instant voulu) et, juste "
            f"après, copiez le répertoire « {_data() / archive.FILES} » ; restaurez avec « pg_restore », puis lancez "
            "« tramontane hospital verify-traces »"
        ),
    )


def _require_known(found: frozenset[tuple[str, str]]) -> None:
    from django.db.migrations.loader import MigrationLoader

    unknown = sorted(found - set(MigrationLoader(None).disk_migrations))
    if unknown:
        raise LocalError(
            "Cette sauvegarde vient d'une version plus récente de Tramontane.",
            code="sauvegarde-plus-recente",
            received="/".join(unknown[0]),
            next_step="installez la version de Tramontane qui l'a faite, puis restaurez",
        )


def _settings() -> Any:
    from django.conf import settings

    return settings


def _data() -> Path:
    return Path(_settings().ENVIRONMENT.data_directory)


def _database() -> Path:
    return Path(_settings().DATABASES["default"]["NAME"])


def _files(data: Path) -> list[Path]:
    return [path for path in (data / archive.FILES).rglob("*") if path.is_file()]


def _stamp() -> str:
    from tramontane.hospital import clock

    return f"{clock.now():%Y%m%d-%H%M%S}"


def _key_mark() -> str:
    """Sixteen hexadecimal digits derived from the secret key: enough to notice another one, useless to guess it."""
    return hmac.digest(_settings().SECRET_KEY.encode(), b"tramontane backup key mark", "sha256").hex()[:16]
