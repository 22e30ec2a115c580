"""What every command shares: French help, lazy loading, exit codes, JSON, and errors that explain themselves."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from tramontane.cli.ending import INTERRUPTED
from tramontane.cli.printable import escaped, printable
from tramontane.dmp.errors import LocalError, MalformedMessage, RemoteError, TramontaneError

OK, REFUSED, UNUSABLE, TRANSPORT = 0, 1, 2, 3
EXIT_CODES_HELP = (
    "Codes de sortie : 0 tout va bien ; 1 refus (accès, jeton, certificat, réponse du SI-DMP) ; "
    "2 entrée ou commande inutilisable ; 3 réseau (résolution, connexion, TLS, délai)."
)
_HELP_LINE = 90


class FrenchCommand(click.Command):
    """A command whose errors are sentences, and values in JSON when asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", EXIT_CODES_HELP)
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; with ``--json``, what is wrong with them is JSON too."""
        as_json = "--json" in args and any(parameter.name == "as_json" for parameter in self.params)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not as_json:
                raise
            _leave(ctx, _unusable_command(error), as_json=True)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a refusal or an unusable input becomes its sentence and its exit code."""
        as_json = bool(ctx.params.get("as_json"))
        try:
            return super().invoke(ctx)
        except TramontaneError as error:
            _leave(ctx, error, as_json=as_json)
        except click.UsageError as error:
            if not as_json:
                raise
            _leave(ctx, _unusable_command(error), as_json=True)
        except OSError as error:
            if error.filename is None and error.errno not in _FULL:  # not about a file the user named: ours to see
                raise
            _leave(ctx, _unusable_path(error) if error.filename else _full_disk(error), as_json=as_json)
        except _unusable_base_errors() as error:
            _leave(ctx, _unusable_base(error), as_json=as_json)
        except KeyboardInterrupt:
            click.echo("Interrompu.", err=True)
            ctx.exit(INTERRUPTED)


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (as click calls it)
        """The list of commands, without importing them."""
        declared = [(name, command.get_short_help_str(limit=_HELP_LINE)) for name, command in self.commands.items()]
        with formatter.section("Commandes"):
            formatter.write_dl([*declared, *((name, line) for name, (_, line) in self.commands_at.items())])


def _leave(ctx: click.Context, error: TramontaneError, *, as_json: bool) -> NoReturn:
    try:
        report(error, as_json=as_json)
    except OSError:  # standard output is what is full
        report(error, as_json=False)
    ctx.exit(exit_code(error))


def _unusable_command(error: click.UsageError) -> LocalError:
    return LocalError(
        error.format_message(),
        code="commande-inutilisable",
        next_step=f"lisez « {error.ctx.command_path} --help »" if error.ctx else "",
    )


def _unusable_path(error: OSError) -> LocalError:
    return LocalError(
        f"« {error.filename} » ne peut pas être utilisé.",
        code="chemin-inutilisable",
        received=why(error),
        next_step="choisissez un autre chemin, ou donnez-vous le droit d'y écrire",
    )


def _full_disk(error: OSError) -> LocalError:
    return LocalError(
        "Ce qui devait être écrit n'a pas pu l'être.",
        code="disque-plein",
        received=why(error),
        next_step="libérez de la place, ou écrivez ailleurs, puis recommencez",
    )


def _unusable_base_errors() -> tuple[type[Exception], ...]:
    """Those of Django, when the command loaded it: no answer, a full disk, tables of another version."""
    django = sys.modules.get("django.db.utils")
    return (django.OperationalError, django.InterfaceError, django.ProgrammingError) if django else ()


def _unusable_base(error: Exception) -> LocalError:
    return LocalError(
        "La base de données ne répond pas comme attendu.",
        code="base-inutilisable",
        received=(str(error).splitlines() or [type(error).__name__])[0],
        next_step="vérifiez qu'elle est démarrée, son adresse, la place sur son disque, et que ses tables sont à jour (« migrate »)",
    )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_WHY = {
    errno.ENOENT: "fichier ou répertoire introuvable",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "c'est un répertoire",
    errno.ENOTDIR: "ce n'est pas un répertoire",
    errno.ENOSPC: "disque plein",
    errno.EDQUOT: "quota de disque atteint",
    errno.EROFS: "système de fichiers en lecture seule",
    errno.EADDRINUSE: "adresse déjà utilisée",
    errno.EADDRNOTAVAIL: "cette machine n'a pas cette adresse",
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
