"""`tramontane national serve`: what it refuses before anything starts, what it announces, and that nothing outlives it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from support.national_server import free_port
from tramontane.cli import tramontane_command
from tramontane.cli.ending import end_like_ctrl_c
from tramontane.demo.workspace import write_pki

PROGRAM = str(Path(sys.executable).with_name("tramontane"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test PKI, as `tramontane pki demo` writes it."""
    directory = tmp_path_factory.mktemp("pki")
    write_pki(directory, datetime.now(UTC))
    return directory


def files(pki: Path) -> list[str]:
    """The options that name the files of a PKI."""
    names = {"certificat": "serveur.crt", "cle": "serveur.key", "racines": "racine", "intermediaires": "intermediaires"}
    return [text for name, file in (names | {"crl": "crl"}).items() for text in (f"--{name}", str(pki / f"{file}.pem"))]


def serve(pki: Path, *arguments: object) -> Result:
    """The command, in this process: for what is refused before anything starts."""
    return CliRunner().invoke(tramontane_command, ["national", "serve", *files(pki), *map(str, arguments)])


REFUSED: dict[str, tuple[tuple[object, ...], str]] = {
    "no address": (("--adresse", "truc"), "adresse IP"),
    "one port for both": (("--port", 9600, "--port-pages", 9600), "--port-pages"),
    "no port after the last": (("--port", 65535), "--port-pages"),
    "no port": (("--port", 70000), "70000"),
    "another database": (("--base", "mysql://localhost/x"), "schéma 'mysql' inconnu"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_unusable_command_is_a_sentence_and_in_json_an_object(pki: Path, case: str) -> None:
    arguments, words = REFUSED[case]
    said, as_json = serve(pki, *arguments), serve(pki, *arguments, "--json")
    assert (said.exit_code, said.stdout, words in said.stderr) == (2, "", True)
    error = json.loads(as_json.stdout)["error"]
    assert (as_json.exit_code, as_json.stderr, error["code"]) == (2, "", "commande-inutilisable")
    assert words in error["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_taken_port_is_named_with_the_option_that_changes_it(pki: Path, host: str, tmp_path: Path) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as taken:
        port = taken.getsockname()[1]
        machine = serve(pki, "--adresse", host, "--port", port, "--sans-pages")
        pages = serve(pki, "--adresse", host, "--port", free_port(), "--port-pages", port, "--donnees", tmp_path)
    for result, option in ((machine, "--port"), (pages, "--port-pages")):
        assert result.exit_code == 2
        assert f"un autre programme l'occupe. À faire : choisissez-en un autre avec {option}," in result.stderr


@pytest.mark.parametrize("option", ["--certificat", "--racines", "--intermediaires"])
def test_files_that_hold_no_pem_are_refused(pki: Path, tmp_path: Path, option: str) -> None:
    other = tmp_path / "autre.pem"
    other.write_text("-----BEGIN CERTIFICATE-----\nrien\n-----END CERTIFICATE-----\n")
    refused = json.loads(serve(pki, option, other, "--json").stdout)["error"]
    assert refused["code"] == "tls-inutilisable"


def test_a_revocation_list_past_its_date_is_said_at_once(tmp_path: Path) -> None:
    write_pki(tmp_path, datetime.now(UTC) - timedelta(days=30))
    with socket.create_server(("127.0.0.1", 0)) as taken:  # it goes no further than the port
        result = serve(tmp_path, "--port", taken.getsockname()[1], "--sans-pages")
    assert "aucune liste de révocation (--crl) n'est en cours de validité" in result.stderr


def objects(words: Iterator[str]) -> dict[str, object]:
    """The first JSON value of a stream of lines."""
    read = ""
    for line in words:
        read += line
        try:
            return dict(json.loads(read))
        except json.JSONDecodeError:
            continue
    raise AssertionError(read)


def test_it_announces_itself_in_json_and_its_pages_do_not_outlive_it(pki: Path, tmp_path: Path) -> None:
    port, pages = free_port(), free_port()
    command = [PROGRAM, "national", "serve", *files(pki), "--port", str(port), "--port-pages", str(pages)]
    with subprocess.Popen(
        [*command, "--donnees", str(tmp_path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        announced = objects(iter(server.stdout))
        socket.create_connection(("127.0.0.1", pages), timeout=10).close()
        server.terminate()
        left = server.communicate(timeout=120)
    assert announced == {
        "simulation": True,
        "stand_in": f"https://127.0.0.1:{port}/si-dmp-server/v2/services/",
        "pages": f"https://localhost:{pages}/",
    }
    assert (left, server.returncode) == (("", ""), 128 + signal.SIGTERM)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", pages), timeout=10)


@pytest.fixture
def restored() -> Iterator[None]:
    """The signals as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("number", "left"), [(signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit), (signal.SIGINT, KeyboardInterrupt)]
)
def test_whoever_asks_it_to_end_the_finally_clauses_run(number: signal.Signals, left: type[BaseException]) -> None:
    end_like_ctrl_c()
    with pytest.raises(left):
        signal.raise_signal(number)


@pytest.mark.usefixtures("restored")
def test_what_was_started_with_nohup_outlives_its_terminal() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    end_like_ctrl_c()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
