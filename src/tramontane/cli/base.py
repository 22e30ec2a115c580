"""What every command shares: French help, lazy loading, exit codes, JSON, and errors that explain themselves."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from tramontane.cli.printable import escaped, printable
from tramontane.dmp.errors import LocalError, MalformedMessage, RemoteError, TramontaneError

OK, REFUSED, UNUSABLE, TRANSPORT = 0, 1, 2, 3
EXIT_CODES_HELP = (
    "Codes de sortie : 0 tout va bien ; 1 refus (accès, jeton, certificat, réponse du SI-DMP) ; "
    "2 entrée ou commande inutilisable ; 3 réseau (résolution, connexion, TLS, délai)."
)


class FrenchCommand(click.Command):
    """A command whose errors are sentences, and values in JSON when asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", EXIT_CODES_HELP)
        super().__init__(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a refusal or an unusable input becomes its sentence and its exit code."""
        try:
            return super().invoke(ctx)
        except TramontaneError as error:
            return _leave(ctx, error)
        except OSError as error:
            if error.filename is None:  # not about a file the user named: ours to see
                raise
            return _leave(ctx, _unusable_path(error))


class FrenchGroup(click.Group):
    """A group that imports a command only to run it or to print its help."""

    command_class = FrenchCommand
    group_class = type

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        """`commands_at`: name of each command to import → where it is, and its line in the help."""
        kwargs.setdefault("subcommand_metavar", "COMMANDE [ARGUMENTS]...")
        super().__init__(*args, **kwargs)
        self.commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those declared here, then those to be imported, in the order of the declaration."""
        return [*super().list_commands(ctx), *self.commands_at]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported if need be."""
        if name not in self.commands_at:
            return super().get_command(ctx, name)
        module, attribute = self.commands_at[name][0].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        if not self.commands_at:
            super().format_commands(ctx, formatter)
            return
        with formatter.section("Commandes"):
            formatter.write_dl([(name, line) for name, (_, line) in self.commands_at.items()])


def _leave(ctx: click.Context, error: TramontaneError) -> NoReturn:
    report(error, as_json=bool(ctx.params.get("as_json")))
    ctx.exit(exit_code(error))


def _unusable_path(error: OSError) -> LocalError:
    return LocalError(
        f"« {error.filename} » ne peut pas être utilisé.",
        code="chemin-inutilisable",
        received=why(error),
        next_step="choisissez un autre chemin, ou donnez-vous le droit d'y écrire",
    )


_WHY = {
    errno.ENOENT: "fichier ou répertoire introuvable",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "c'est un répertoire",
    errno.ENOTDIR: "ce n'est pas un répertoire",
    errno.ENOSPC: "disque plein",
    errno.EROFS: "système de fichiers en lecture seule",
    errno.EADDRINUSE: "adresse déjà utilisée",
}


def why(error: OSError) -> str:
    """What the system refused, in French where it is usual."""
    return _WHY.get(error.errno or 0) or error.strerror or "erreur du système"


def exit_code(error: TramontaneError) -> int:
    """The exit code of an error, from its family."""
    from tramontane.client.errors import ClientClosed, TransportError

    if isinstance(error, TransportError | ClientClosed):
        return TRANSPORT
    if isinstance(error, RemoteError) and not isinstance(error, MalformedMessage):
        return REFUSED
    return UNUSABLE


def report(error: TramontaneError, *, as_json: bool) -> None:
    """The error, on stderr in words, or on stdout as JSON."""
    if as_json:
        emit({"error": error_fields(error)})
        return
    click.echo(printable(f"Erreur\N{NO-BREAK SPACE}: {error.explain()}"), err=True)


def error_fields(error: TramontaneError) -> dict[str, str]:
    """The stable JSON form of an error."""
    fields = {
        "code": error.code,
        "message": error.message,
        "expected": error.expected,
        "received": error.received,
        "reference": error.reference,
        "next_step": error.next_step,
    }
    remote = {name: getattr(error, name) for name in ("remote_code", "remote_text") if hasattr(error, name)}
    phase = {"phase": str(error.phase)} if hasattr(error, "phase") else {}
    return fields | remote | phase


def emit(value: object) -> None:
    """A value as JSON on stdout, accents readable."""
    click.echo(escaped(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def emit_line(value: object) -> None:
    """A value as one line of JSON: what happens, as it happens."""
    click.echo(escaped(json.dumps(value, ensure_ascii=False, default=str)))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``: the result as JSON, its keys stable."""
    option = click.option("--json", "as_json", is_flag=True, help="Écrire le résultat en JSON, aux clés stables.")
    return option(command)
