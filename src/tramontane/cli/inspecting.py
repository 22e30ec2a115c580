"""`tramontane inspect`: what is this message or document?"""

from __future__ import annotations

import click

from tramontane.cli.base import OK, UNUSABLE, FrenchCommand, emit, json_option


@click.command(cls=FrenchCommand)
@click.argument("source", metavar="[FICHIER]", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--content-type",
    metavar="TEXTE",
    help="En-tête HTTP Content-Type reçu avec un corps MTOM, s'il n'est pas dans le fichier.",
)
@click.option("--identite", "show_traits", is_flag=True, help="Montrer INS, noms et dates de naissance, masqués sinon.")
@json_option
@click.pass_context
def inspect(ctx: click.Context, /, *, source: str, content_type: str | None, show_traits: bool, as_json: bool) -> None:
    """Reconnaître et résumer un message ou un document.

    FICHIER (ou l'entrée standard) : requête ou réponse SOAP, corps MTOM, VIHF, CDA, archive XDM, message HL7 v2.
    Sortie : 0 reconnu, 2 non reconnu ou illisible.
    """
    from tramontane.cli.inputs import read_input
    from tramontane.cli.inspect import recognise
    from tramontane.cli.printable import printable

    found = recognise(read_input(source), content_type, show_traits=show_traits)
    if as_json:
        emit(found.as_json())
    else:
        for line in found.summary_lines:
            click.echo(printable(line).replace("\n", "\n    "))  # a value of several lines is not another row
    ctx.exit(OK if found.recognised else UNUSABLE)
