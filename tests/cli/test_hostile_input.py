"""Whatever is put before a command ends in a sentence and an exit code, and never drives the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tramontane.cli import tramontane_command
from tramontane.cli.inputs import patient, read_input
from tramontane.cli.screen import console, show_verdicts
from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import InsAuthority
from tramontane.dmp.verdicts import Outcome, Verdict

CLEAR_SCREEN, TITLE, C1 = "\x1b[2J", "\x1b]0;pwned\x07", "\x9b31m"
HOSTILE = (
    f"MSH|^~\\&|{CLEAR_SCREEN}{TITLE}A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||2^^^X||NOM{C1}\u202e^P||19700101|F\r"
)


def run(*arguments: str, **options: object) -> Result:
    return CliRunner().invoke(tramontane_command, list(arguments), **options)


def controls(text: str) -> set[str]:
    return {
        char for char in text if (ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) < 0xA0 or char == "\u202e"
    }


def test_escape_sequences_of_a_message_never_reach_the_terminal():
    shown = run("inspect", "--identite", input=HOSTILE.encode(), color=True)
    assert shown.exit_code == 0
    assert "pwned" in shown.stdout
    assert controls(shown.stdout) == set()


def test_json_escapes_what_drives_a_terminal_and_keeps_the_value():
    shown = run("inspect", "--identite", "--json", input=HOSTILE.encode(), color=True)
    assert controls(shown.stdout) == set()
    assert any(C1 in row["value"] for row in json.loads(shown.stdout)["rows"])


def test_a_verdict_that_quotes_hostile_text_never_drives_the_terminal(capsys: pytest.CaptureFixture[str]):
    verdict = Verdict(1, "x", f"titre{C1}", Outcome.FAILED, received=CLEAR_SCREEN, expected=TITLE)
    show_verdicts([verdict], console())
    shown = capsys.readouterr().out
    assert "pwned" in shown
    assert controls(shown) == set()


def test_an_error_that_quotes_hostile_text_never_drives_the_terminal(tmp_path: Path):
    shown = run("inspect", str(tmp_path / f"a{CLEAR_SCREEN}"), color=True)
    assert shown.exit_code == 2
    assert controls(shown.stderr) == set()


def test_a_closed_standard_input_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(LocalError, match="L'entrée standard est fermée"):
        read_input("-")
    with pytest.raises(LocalError, match="L'entrée standard est fermée"):
        patient("-", InsAuthority.NIR_TEST)


def test_a_path_that_cannot_be_written_is_a_sentence_and_an_unusable_input(tmp_path: Path):
    occupied = tmp_path / "fichier"
    occupied.write_text("déjà là")
    shown = run("pki", "demo", "--sortie", str(occupied / "pki"))
    assert shown.exit_code == 2
    assert shown.exception is None or isinstance(shown.exception, SystemExit)
    assert "ne peut pas être utilisé" in shown.stderr
    assert "ce n'est pas un répertoire" in shown.stderr


def test_the_same_refusal_in_json_has_its_code(tmp_path: Path):
    occupied = tmp_path / "fichier"
    occupied.write_text("déjà là")
    shown = run("pki", "demo", "--json", "--sortie", str(occupied / "pki"))
    assert json.loads(shown.stdout)["error"]["code"] == "chemin-inutilisable"


def serve(tmp_path: Path, **changed: str) -> Result:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_bytes(bytes(range(256)))
    files = dict.fromkeys(("certificat", "cle", "racines", "intermediaires", "crl"), str(rubbish)) | changed
    return run("national", "serve", *[word for name, value in files.items() for word in (f"--{name}", value)])


def test_the_stand_in_says_which_tls_files_it_needs(tmp_path: Path):
    shown = serve(tmp_path)
    assert shown.exit_code == 2
    assert "Les fichiers TLS de la maquette ne peuvent pas servir" in shown.stderr


def test_the_stand_in_refuses_a_database_of_another_kind(tmp_path: Path):
    run("pki", "demo", "--sortie", str(tmp_path))
    good = {
        "certificat": str(tmp_path / "serveur.crt.pem"),
        "cle": str(tmp_path / "serveur.key.pem"),
        "racines": str(tmp_path / "racine.pem"),
    }
    shown = serve(tmp_path, base="mysql://localhost/x", **good)
    assert shown.exit_code == 2
    assert "attendu sqlite ou postgresql" in shown.stderr
