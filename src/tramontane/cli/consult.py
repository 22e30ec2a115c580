"""`tramontane consult`: status of a DMP, list of its documents, one document. The hospital's rules speak first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tramontane.cli.base import REFUSED, FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.options import config_option, ins_option, mode_option, professional_option
from tramontane.cli.printable import printable

if TYPE_CHECKING:
    from tramontane.cli.opening import Opening

_COMMON = (
    config_option,
    professional_option,
    ins_option,
    mode_option,
    click.option(
        "--ins-qualifiee",
        "qualified",
        is_flag=True,
        help="J'atteste que l'INS de ce patient est qualifiée dans le dossier.",
    ),
    click.option(
        "--patient-informe",
        "informed",
        is_flag=True,
        help="J'atteste que le patient est informé et ne s'oppose pas à la consultation.",
    ),
    click.option(
        "--motif",
        "motive",
        default="",
        metavar="TEXTE",
        help="Bris de glace : motif, tracé ; il atteste que le patient ne peut s'exprimer et court un risque immédiat.",
    ),
    json_option,
)


def _common(command: Any) -> Any:
    for option in reversed(_COMMON):
        command = option(command)
    return command


@click.group(cls=FrenchGroup)
def consult() -> None:
    """Consulter le DMP d'un patient, comme le ferait le logiciel de l'hôpital.

    L'établissement refuse d'abord lui-même ce qu'il doit refuser (deux facteurs, INS qualifiée, information du
    patient…) ; le SI-DMP juge ensuite.
    """


@consult.command(cls=FrenchCommand)
@_common
@click.pass_context
def status(ctx: click.Context, /, *, as_json: bool, **asked: Any) -> None:
    """Demander si le DMP existe, s'il est ouvert et si vous y êtes autorisé (TD0.2)."""
    with _open(asked) as opening:
        _leave_if_refused(ctx, opening, "TD0.2", as_json=as_json)
        found = opening.status()
    if as_json:
        emit(opening.status_fields(found))
    else:
        opening.show_status(found)


@consult.command("list", cls=FrenchCommand)
@_common
@click.option("--type", "types", multiple=True, metavar="CODE", help="Type de document, code de JDV_J66 (répétable).")
@click.option(
    "--annees",
    "years",
    default=2,
    show_default=True,
    type=click.IntRange(0, 120),
    metavar="NOMBRE",
    help="Profondeur sur la date de l'acte ; 0 : sans limite.",
)
@click.option("--archives", is_flag=True, help="Montrer aussi les documents archivés.")
@click.option("--remplaces", "deprecated", is_flag=True, help="Montrer aussi les versions remplacées.")
@click.pass_context
def list_(
    ctx: click.Context,
    /,
    *,
    as_json: bool,
    types: tuple[str, ...],
    years: int,
    archives: bool,
    deprecated: bool,
    **asked: Any,
) -> None:
    """Lister les documents du DMP et leurs métadonnées (TD3.1)."""
    with _open(asked) as opening:
        _require_reading(ctx, opening, "TD3.1", as_json=as_json)
        entries = opening.entries(types=types, years=years, archives=archives, deprecated=deprecated)
    if as_json:
        emit({"documents": [opening.entry_fields(entry) for entry in entries]})
    else:
        opening.show_entries(entries)


@consult.command(cls=FrenchCommand)
@_common
@click.argument("unique_ids", metavar="UNIQUE_ID...", nargs=-1, required=True)
@click.option(
    "--sortie",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default=True,
    metavar="RÉPERTOIRE",
    help="Où écrire les documents et leurs pages.",
)
@click.pass_context
def get(ctx: click.Context, /, *, as_json: bool, unique_ids: tuple[str, ...], directory: Path, **asked: Any) -> None:
    """Lire des documents (TD3.2) : empreinte vérifiée, page HTML inerte, fichiers contenus.

    UNIQUE_ID est celui que donne « tramontane consult list ».
    """
    with _open(asked) as opening:
        _require_reading(ctx, opening, "TD3.2", as_json=as_json)
        filed = opening.retrieve(unique_ids, directory)
    if as_json:
        emit({"documents": filed})
        return
    for document in filed:
        click.echo(printable(f"{document['title']} ({document['kind']}), empreinte conforme"))
        for path in document["files"]:
            click.echo(f"   {path}")


def _open(asked: dict[str, Any]) -> Opening:
    from tramontane.cli.opening import Attestation, Opening
    from tramontane.dmp.vihf import AccessMode

    said = Attestation(AccessMode(asked["mode"]), asked["qualified"], asked["informed"], asked["motive"])
    return Opening(config=asked["config"], professional=asked["professional"], ins=asked["ins"], said=said)


def _require_reading(ctx: click.Context, opening: Opening, purpose: str, *, as_json: bool) -> None:
    """TD0.2 first, then what its answer allows."""
    _leave_if_refused(ctx, opening, "TD0.2", as_json=as_json)
    opening.status()
    _leave_if_refused(ctx, opening, purpose, as_json=as_json)


def _leave_if_refused(ctx: click.Context, opening: Opening, purpose: str, *, as_json: bool) -> None:
    refusal = opening.refusal(purpose)
    if refusal is None:
        return
    if as_json:
        emit({"refused_by": "etablissement", "purpose": purpose, "reasons": refusal})
    else:
        opening.show_refusal(refusal)
    ctx.exit(REFUSED)
