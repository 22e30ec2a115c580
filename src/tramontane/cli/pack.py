"""`tramontane pack`: verify a pack of proof, offline."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tramontane.cli.base import OK, REFUSED, FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.printable import printable
from tramontane.dmp.errors import LocalError

if TYPE_CHECKING:
    from tramontane.pack import Report


@click.group(cls=FrenchGroup)
def pack() -> None:
    """Packs de preuves : vérifier qu'un pack est resté ce qu'il était."""


def _digest(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    """A digest badly copied says nothing of the pack: it is not compared."""
    digest = "".join(value.split()).casefold()
    if value and not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise click.BadParameter(f"une empreinte SHA-256 a 64 chiffres hexadécimaux, celle-ci en a {len(digest)}.")
    return digest


@pack.command(cls=FrenchCommand)
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--manifest-sha256",
    default="",
    metavar="SHA256",
    callback=_digest,
    help="Empreinte du manifeste notée à la fabrication.",
)
@json_option
@click.pass_context
def verify(ctx: click.Context, path: Path, manifest_sha256: str, *, as_json: bool) -> None:
    """Recalculer toutes les empreintes d'un pack, sans réseau et sans rien extraire."""
    from tramontane.pack import InvalidPack
    from tramontane.pack import verify as verified

    try:
        with path.open("rb") as file:
            report = verified(file, manifest_sha256=manifest_sha256)
    except InvalidPack as error:
        raise LocalError(
            error.sentence,
            code=f"pack-{error.code}",
            expected=error.expected,
            received=error.received,
            next_step="n'ouvrez pas cette archive ; redemandez le pack à l'établissement",
        ) from None
    if as_json:
        emit(_fields(report))
    else:
        _say(report)
    ctx.exit(OK if report.whole else REFUSED)


def _fields(report: Report) -> dict[str, object]:
    return {
        "verdict": "passed" if report.whole else "failed",
        "title": report.manifest.title,
        "made_at": report.manifest.made_at,
        "files": report.files,
        "size": report.size,
        "manifest_sha256": report.manifest_sha256,
        "manifest_compared": report.anchored,
        "signed_by": report.signed_by,
        "findings": [asdict(one) for one in report.findings],
    }


def _say(report: Report) -> None:
    click.echo(printable(report.manifest.title))
    for name, value in report.manifest.facts:
        click.echo(printable(f"  {name} : {value}"))
    for one in report.findings:
        click.echo(printable(f"✗ {one.path} : {one.sentence}"))
        if one.expected:
            click.echo(f"    attendu {one.expected}, reçu {one.received or 'rien'}")
    verdict = "Le pack est intact" if report.whole else "Le pack n'est pas intact"
    click.echo(f"{verdict} : {report.files} fichiers vérifiés, {report.size} octets.")
    click.echo(f"Empreinte du manifeste : {report.manifest_sha256}")
    click.echo(printable(f"Manifeste signé par : {report.signed_by}") if report.signed_by else "Manifeste non signé.")
    if not report.anchored:
        click.echo(
            "Non comparée : donnez avec --manifest-sha256 celle que la trace de fabrication a notée ; "
            "sans elle, un pack entièrement refait passerait."
        )
