"""The command line speaks French: headings, help, errors; and starts quickly."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tramontane.cli
from tramontane.cli import tramontane_command

LOCALE = Path(tramontane.cli.__file__).parent / "locale"
ENGLISH = re.compile(
    r"\b(Usage|Error|Show|this|exit|Commands|FILE|TEXT|INTEGER|DIRECTORY|PATH|COMMAND|ARGS|default|required)\b"
)


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and group, as its path of words."""
    waiting: list[tuple[tuple[str, ...], click.Command]] = [((), tramontane_command)]
    while waiting:
        path, command = waiting.pop()
        yield path
        if isinstance(command, click.Group):
            context = click.Context(command)
            names = command.list_commands(context)
            waiting += [((*path, name), found) for name in names if (found := command.get_command(context, name))]


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_no_help_contains_an_english_word(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(tramontane_command, [*path, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Utilisation")
    assert ENGLISH.findall(result.output) == []


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_every_command_says_what_it_does_and_its_exit_codes(path: tuple[str, ...]) -> None:
    command = tramontane_command
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    assert command.help
    if not isinstance(command, click.Group):
        assert "Codes de sortie" in (command.epilog or "")
        assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["inconnue"], "La commande 'inconnue' n'existe pas."),
        (["--inconnue"], "L'option '--inconnue' n'existe pas."),
        (["consult", "status"], "Il manque l'option '--ins'"),
        (["demo", "--port", "abc"], "n'est pas un nombre"),
        (["demo", "--port", "99999"], "n'est pas dans l'intervalle"),
        (["vihf", "verify", "a", "b"], "Argument en trop"),
        (["cert", "check", "/nulle/part"], "n'existe pas"),
        (["demo", "--once=1"], "ne prend pas de valeur"),
        (["consult", "list", "--ins"], "demande une valeur"),
        (["consult", "status", "--ins", "1", "--mode", "magique"], "n'est pas l'un de ces choix"),
    ],
)
def test_a_wrong_command_line_is_explained_in_french_with_exit_code_2(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(tramontane_command, arguments)
    assert result.exit_code == 2
    assert sentence in result.output.replace("\N{NO-BREAK SPACE}", " ")
    assert ENGLISH.findall(result.output) == []


def test_the_compiled_words_are_those_of_the_readable_file() -> None:
    source = (LOCALE / "fr/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    plurals = re.findall(
        r'^msgid "(.+)"\nmsgid_plural "(.+)"\nmsgstr\[0\] "(.+)"\nmsgstr\[1\] "(.+)"$', source, re.MULTILINE
    )
    with (LOCALE / "fr/LC_MESSAGES/messages.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    unescape = lambda text: text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')  # noqa: E731
    assert len(pairs) > 30
    assert len(plurals) > 5
    assert [compiled.gettext(unescape(english)) for english, _ in pairs] == [unescape(french) for _, french in pairs]
    for one, many, french_one, french_many in plurals:
        assert compiled.ngettext(unescape(one), unescape(many), 1) == unescape(french_one)
        assert compiled.ngettext(unescape(one), unescape(many), 2) == unescape(french_many)


def test_help_imports_neither_django_nor_the_network() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from tramontane.cli import tramontane_command as t;"
        "assert CliRunner().invoke(t, ['--help']).exit_code == 0;"
        "print([m for m in ('django', 'aiohttp', 'lxml', 'reportlab', 'cryptography', 'rich') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_french_is_spoken_whatever_the_locale_of_the_caller(tmp_path: Path) -> None:
    environment = {"LC_ALL": "C", "LANG": "en_US.UTF-8", "LANGUAGE": "en", "PATH": str(tmp_path)}
    command = [sys.executable, "-c", "from tramontane.cli import main; main()", "--help"]
    result = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert result.stdout.decode().startswith("Utilisation")


def test_the_list_of_commands_is_complete_and_names_commands_that_exist() -> None:
    context = click.Context(tramontane_command)
    names = tramontane_command.list_commands(context)
    output = CliRunner().invoke(tramontane_command, ["--help"]).output
    assert {"demo", "national", "hospital", "consult", "send", "vihf", "inspect", "cert", "pki", "pack"} == set(names)
    assert all(f"  {name} " in output and tramontane_command.get_command(context, name) for name in names)


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(tramontane_command, ["--version"])
    assert (result.exit_code, result.output) == (0, f"tramontane, version {tramontane.__version__}\n")
