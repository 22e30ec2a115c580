"""`tramontane vihf`: build, verify, explain the token that says who consults whom."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from tramontane.cli.base import OK, REFUSED, UNUSABLE, FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.inputs import Instant, patient, read_certificates, read_crls, read_input
from tramontane.cli.options import config_option, ins_option, mode_option, professional_option
from tramontane.cli.screen import console, show_verdicts, verdict_fields
from tramontane.dmp.verdicts import Verdict

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_INPUT = click.argument("source", metavar="[FICHIER]", default="-", type=click.Path(dir_okay=False, allow_dash=True))


@click.group(cls=FrenchGroup)
def vihf() -> None:
    """Fabriquer, vérifier, expliquer un VIHF (jeton ou enveloppe SOAP entière)."""


@vihf.command("build", cls=FrenchCommand)
@config_option
@professional_option
@ins_option
@mode_option
@click.option("--indirecte", is_flag=True, help="Mode INDIRECTE (alimentation) au lieu d'AIR simplifié.")
@json_option
def build(*, config: Path, professional: str, ins: str, mode: str, indirecte: bool, as_json: bool) -> None:
    """Fabriquer et signer un VIHF, écrit sur la sortie standard. Il ne sert qu'une fois."""
    from tramontane.cli.configuration import load
    from tramontane.cli.tokens import content
    from tramontane.client import SystemClock
    from tramontane.dmp import vihf as token

    clock, configuration = SystemClock(), load(config)
    fields = content(configuration, professional, patient(ins, configuration.authority), mode, indirecte=indirecte)
    assertion_id, now = f"_{clock.new_id()}", clock.now()
    made = token.build(fields, signer=configuration.signer, assertion_id=assertion_id, issue_instant=now)
    if as_json:
        emit({"assertion_id": assertion_id, "issue_instant": now.isoformat(), "assertion": made.decode()})
    else:
        click.echo(made.decode())


@vihf.command("verify", cls=FrenchCommand)
@_INPUT
@click.option(
    "--racine",
    "anchors",
    multiple=True,
    type=_FILE,
    metavar="FICHIER",
    help="Racine de confiance (répétable) : tout cachet qu'elle couvre est accepté.",
)
@click.option(
    "--intermediaires", multiple=True, type=_FILE, metavar="FICHIER", help="Autorités intermédiaires (répétable)."
)
@click.option("--crl", "crls", multiple=True, type=_FILE, metavar="FICHIER", help="Listes de révocation (répétable).")
@click.option(
    "--certificat",
    "pinned",
    multiple=True,
    type=_FILE,
    metavar="FICHIER",
    help="Seul ce certificat peut signer (répétable), au lieu d'une racine.",
)
@click.option("--instant", "at", type=Instant(), metavar="INSTANT", help="Juger à cet instant plutôt que maintenant.")
@click.option(
    "--age-maximal",
    "max_age",
    default=300,
    show_default=True,
    type=click.IntRange(1),
    metavar="SECONDES",
    help="Âge maximal du jeton.",
)
@click.option(
    "--strict", is_flag=True, help="Refuser les écarts connus des exemples officiels (acceptés et signalés sinon)."
)
@click.option("--sha1", is_flag=True, help="Accepter les signatures SHA-1 des exemples anciens.")
@json_option
@click.pass_context
def verify(ctx: click.Context, /, *, source: str, as_json: bool, **options: Any) -> None:
    """Juger un VIHF et donner le verdict de chaque étape.

    FICHIER (ou l'entrée standard) contient un jeton seul ou une enveloppe SOAP. Dites à qui faire confiance avec
    --certificat ou --racine. Sortie : 0 accepté, 1 refusé, 2 inutilisable.
    """
    from tramontane.cli.tokens import judge

    if not options["pinned"] and not options["anchors"]:
        raise click.UsageError(
            "Donnez --certificat ou --racine : sans clé de confiance, aucune signature ne prouve rien."
        )
    result = judge(read_input(source), _keys(options), options, options["at"] or datetime.now(UTC))
    if as_json:
        emit(
            {
                "accepted": result.accepted,
                "usable": result.usable,
                "verdicts": [verdict_fields(v) for v in result.verdicts],
            }
        )
    else:
        show_verdicts(result.verdicts)
        word = "Accepté." if result.accepted else "Refusé." if result.usable else "Inutilisable : aucun jeton à juger."
        click.echo(word.replace(" :", "\N{NO-BREAK SPACE}:"))
    ctx.exit(OK if result.accepted else REFUSED if result.usable else UNUSABLE)


@vihf.command("explain", cls=FrenchCommand)
@_INPUT
@json_option
@click.pass_context
def explain(ctx: click.Context, /, *, source: str, as_json: bool) -> None:
    """Dire en français ce qu'un VIHF affirme, et ce qui y cloche, sans juger à qui est la clé ni si la date est passée.

    Le jeton est vérifié avec le certificat qu'il contient lui-même : pour savoir s'il faut le croire, utilisez verify.
    Sortie : 0 lisible et cohérent, 1 un contrôle échoue, 2 inutilisable.
    """
    from tramontane.cli.tokens import claims, issue_instant_of, judge, own_certificate, without_trust

    data = read_input(source)
    keys, at = own_certificate(data), issue_instant_of(data)
    result = judge(data, keys, {"max_age": 300, "strict": False, "sha1": True}, at)
    said, verdicts = claims(result.vihf) if result.vihf else [], without_trust(result.verdicts)
    if as_json:
        emit(
            {
                "coherent": result.accepted,
                "usable": result.usable,
                "claims": [{"name": n, "label": label, "value": v} for n, label, v in said],
                "verdicts": [verdict_fields(v) for v in verdicts],
            }
        )
    else:
        _tell(said, verdicts, coherent=result.accepted)
    ctx.exit(OK if result.accepted else REFUSED if result.usable else UNUSABLE)


def _tell(said: list[tuple[str, str, str]], verdicts: tuple[Verdict, ...], *, coherent: bool) -> None:
    out = console()
    for _, label, value in said:
        out.print(f"{label}\N{NO-BREAK SPACE}: [bold]{escape(value)}[/bold]")
    if said:
        out.print("")
    show_verdicts(verdicts, out)
    if coherent:
        out.print("La signature est cohérente ; à qui est la clé et si le jeton est frais n'ont pas été jugés.")


def _keys(options: dict[str, Any]) -> Any:
    from tramontane.dmp.signature import TrustStore
    from tramontane.dmp.vihf import PinnedCertificates, TrustedIssuers

    def certificates(name: str) -> tuple[Any, ...]:
        return tuple(one for path in options[name] for one in read_certificates(path))

    if options["pinned"]:
        # A file may hold the chain after the leaf: only the leaf signs.
        return PinnedCertificates(read_certificates(path)[0] for path in options["pinned"])
    crls = tuple(one for path in options["crls"] for one in read_crls(path))
    return TrustedIssuers(TrustStore(certificates("anchors"), certificates("intermediaires"), crls))
