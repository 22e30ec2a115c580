"""`tramontane consult` refuses by itself what the hospital must refuse, and says where the network failed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tramontane.cli import tramontane_command
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.workspace import Workspace, write_configuration, write_pki

INS = "254036938301239"
ATTESTED = ("--ins-qualifiee", "--patient-informe")


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nobody listens at the address it gives: what passes the rules fails at the connection, and says so."""
    workspace, now = Workspace(tmp_path_factory.mktemp("demo")), datetime.now(UTC)
    write_pki(workspace.pki, now)
    with socket.socket() as reserved:  # bound, never listening: refused, and nobody else's meanwhile
        reserved.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{reserved.getsockname()[1]}/si-dmp-server/v2/services/"
        write_configuration(workspace, SyntheticHospital(), address, now)
        yield workspace.configuration


def consult(configuration: Path, command: str, *arguments: str) -> Result:
    line = ["consult", command, "--config", str(configuration), "--ins", INS, *arguments]
    return CliRunner().invoke(tramontane_command, line)


def reasons(result: Result) -> list[str]:
    return [reason["code"] for reason in json.loads(result.output)["reasons"]]


def test_without_attestation_every_reason_is_told_at_once(configuration: Path) -> None:
    result = consult(configuration, "status", "--json")
    assert result.exit_code == 1
    assert reasons(result) == ["ins-non-qualifiee", "patient-non-informe"]


def test_a_single_factor_is_refused_before_any_call(configuration: Path) -> None:
    result = consult(configuration, "list", "--json", "--professionnel", "garnier", *ATTESTED)
    assert (result.exit_code, reasons(result)) == (1, ["facteur-unique"])


def test_the_refusal_is_a_card_in_words_for_a_reader(configuration: Path) -> None:
    result = consult(configuration, "status")
    assert "L'établissement refuse" in result.output
    assert "Référence" in result.output
    assert "À faire" in result.output


def test_bris_de_glace_without_a_motive_is_refused(configuration: Path) -> None:
    result = consult(configuration, "list", "--json", "--mode", "bris_de_glace", *ATTESTED)
    assert (result.exit_code, reasons(result)[0]) == (1, "urgence-sans-motif")


def test_a_server_that_nobody_runs_is_a_transport_failure_with_its_phase(configuration: Path) -> None:
    result = consult(configuration, "status", "--json", *ATTESTED)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    error = json.loads(result.output)["error"]
    assert (result.exit_code, error["phase"]) == (3, "connexion")


def test_the_same_failure_is_a_sentence_for_a_reader(configuration: Path) -> None:
    result = consult(configuration, "status", *ATTESTED)
    assert result.exit_code == 3
    assert result.output.startswith("Erreur")
    assert "Traceback" not in result.output


def test_a_configuration_without_a_key_names_it(configuration: Path) -> None:
    broken = configuration.parent / "sans-adresse.toml"
    broken.write_text("\n".join(line for line in configuration.read_text().splitlines() if not line.startswith("url")))
    result = consult(broken, "status", *ATTESTED)
    assert (result.exit_code, "dmp.url" in result.output) == (2, True)


def test_a_configuration_that_is_not_toml_says_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "consult.toml"
    broken.write_text("professionnel = = 1\n")
    result = consult(broken, "status", *ATTESTED)
    assert (result.exit_code, "line 1" in result.output) == (2, True)
