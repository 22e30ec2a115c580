"""`tramontane demo`, as a user runs it: real processes, real files, mutual TLS on the loopback interface."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = [str(Path(sys.executable).with_name("tramontane"))]
JEANNE = "254036938301239"
ATTESTED = ("--ins-qualifiee", "--patient-informe")


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The program, its standard input at its end."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        check=False, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL, cwd=cwd,
    )  # fmt: skip


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="demo-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def first_run(directory: Path) -> subprocess.CompletedProcess[str]:
    result = run("demo", "--once", "--repertoire", directory)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def words(result: subprocess.CompletedProcess[str]) -> str:
    """What was printed, spaces made plain and lines joined: cards are wrapped."""
    text = result.stdout.replace("\N{NO-BREAK SPACE}", " ").replace("’", "'")
    return re.sub(r"[\s│]+", " ", text)


def test_the_walk_ends_with_0_and_prints_no_error(first_run: subprocess.CompletedProcess[str]) -> None:
    assert first_run.stderr == ""
    assert "Tout s'est déroulé comme annoncé" in words(first_run)


def test_json_leaves_only_the_result_on_standard_output(
    first_run: subprocess.CompletedProcess[str], directory: Path
) -> None:
    result = run("demo", "--once", "--json", "--repertoire", directory)
    told = json.loads(result.stdout)
    assert told["as_announced"] is True
    assert told["stand_in"].startswith("https://127.0.0.1:")
    assert told["national_pages"].startswith("http://localhost:")
    assert all(Path(path).exists() for path in told["files"])
    assert "comme annoncé" in result.stderr


def test_three_professionals_consult(first_run: subprocess.CompletedProcess[str]) -> None:
    said = words(first_run)
    for name in ("Qui : Dr Alice ROUSSEAU", "Qui : Karim BENALI", "Qui : Dr Camille JOLY"):
        assert name in said


def test_the_physician_reads_a_list_with_new_and_hidden_documents_marked(
    first_run: subprocess.CompletedProcess[str],
) -> None:
    said = words(first_run)
    assert re.search(r"TD3\.1 : \d+ documents sur deux ans, dont \d+ nouveaux", said)
    for mark in ("● nouveau", "non visible du patient", "masqué aux professionnels", "archivé"):
        assert mark in said


def test_a_pdf_and_a_structured_document_are_checked_and_rendered(
    first_run: subprocess.CompletedProcess[str], directory: Path
) -> None:
    said = words(first_run)
    assert "CDA niveau 1, corps PDF" in said
    assert "CDA niveau 3, corps structuré" in said
    assert said.count("conforme au registre") == 2
    pages = list((directory / "documents").glob("*.html"))
    assert len(pages) == 2
    assert all("<script" not in page.read_text() for page in pages)
    assert [path.read_bytes()[:5] for path in (directory / "documents").glob("*.pdf")] == [b"%PDF-"]


def test_the_nurse_sees_fewer_documents_and_is_told_which_types(first_run: subprocess.CompletedProcess[str]) -> None:
    found = re.search(r"TD3\.1 : (\d+) documents, contre (\d+) pour la cardiologue", words(first_run))
    assert found is not None
    assert int(found[1]) < int(found[2])
    assert "Synthèse psychiatrique : matrice d'habilitation" in words(first_run)


@pytest.mark.parametrize(
    "sentence",
    [
        "Vous vous êtes identifié avec un seul facteur",
        "Vous n'êtes pas membre de l'équipe de soins",
        "L'INS de ce patient n'est pas qualifiée",
        "Le patient n'a pas été informé",
        "Le patient s'est opposé à la consultation",
        "Vous n'avez pas encore pris connaissance de l'information",
        "Votre numéro RPPS n'est pas rattaché",
        "Ce patient n'a pas de DMP",
        "Le DMP de ce patient est fermé",
        "Le patient vous a bloqué l'accès",
        "Votre autorisation sur le DMP de ce patient a expiré",
    ],
)
def test_each_refusal_gives_its_reason(first_run: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert sentence in words(first_run)


def test_each_card_says_who_refuses_its_reference_and_what_to_do(first_run: subprocess.CompletedProcess[str]) -> None:
    cards = re.split(r"✗ Refusé", words(first_run))[1:]
    assert len(cards) == 12
    for card in cards:
        assert "Qui refuse : l'établissement" in card or "Qui refuse : le SI-DMP" in card
        assert "Référence :" in card
        assert "À faire :" in card


def test_the_white_list_speaks_with_its_code_on_the_wire(first_run: subprocess.CompletedProcess[str]) -> None:
    said = words(first_run)
    assert "code sur le fil : DMPAccessDeniedByRightsService" in said
    assert "aucun contrat pour 990000044" in said


def test_no_server_is_left_behind(first_run: subprocess.CompletedProcess[str]) -> None:
    found = re.search(r"https://127\.0\.0\.1:(\d+)/", first_run.stdout)
    assert found is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(found[1])), timeout=1)


def test_a_second_run_works_and_reuses_what_is_ready(
    first_run: subprocess.CompletedProcess[str], directory: Path
) -> None:
    again = run("demo", "--repertoire", directory)  # standard input at its end: no need of --once
    assert again.returncode == 0, again.stdout + again.stderr
    assert "déjà prêts" in words(again)
    assert "restent ouvertes." not in words(again)


def test_standard_input_closed_ends_by_itself(first_run: subprocess.CompletedProcess[str], directory: Path) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, "demo", "--repertoire", str(directory)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_busy_port_is_one_sentence_and_exit_code_2(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        result = run("demo", "--once", "--repertoire", directory, "--port", busy.getsockname()[1])
    assert result.returncode == 2
    assert "n'est pas disponible" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    result = run("demo", "--once", "--repertoire", tmp_path / "fichier" / "demo")
    assert result.returncode == 2
    assert "ne peut pas être utilisé" in result.stderr


@pytest.fixture(scope="module")
def open_demo(first_run: subprocess.CompletedProcess[str], directory: Path) -> Iterator[Path]:
    """A demo left open, as a user would; its configuration. It must end cleanly on Ctrl-C."""
    command = [*PROGRAM, "demo", "--repertoire", str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "restent ouvertes. Ctrl-C" in line:
                break
        yield directory / "consult.toml"
        time.sleep(0.2)
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()  # before its standard input is closed, which would stop it too
        assert (demo.wait(timeout=120), "Arrêtées." in rest) == (0, True)


def test_two_demos_do_not_share_a_directory(open_demo: Path) -> None:
    result = run("demo", "--once", "--repertoire", open_demo.parent)
    assert result.returncode == 2
    assert "déjà en cours" in result.stderr


def test_consult_status_tells_an_open_dmp(open_demo: Path) -> None:
    result = run("consult", "status", "--config", open_demo, "--ins", JEANNE, *ATTESTED, "--json")
    said = json.loads(result.stdout)
    assert (result.returncode, said["open"], said["authorisation"]) == (0, True, "VALIDE")


def test_consult_list_then_get_gives_a_checked_document(open_demo: Path, tmp_path: Path) -> None:
    listed = run("consult", "list", "--config", open_demo, "--ins", JEANNE, *ATTESTED, "--type", "18748-4", "--json")
    documents = json.loads(listed.stdout)["documents"]
    assert documents
    assert {one["type_code"]["code"] for one in documents} == {"18748-4"}
    got = run("consult", "get", "--config", open_demo, "--ins", JEANNE, *ATTESTED, "--sortie", tmp_path, "--json",
              documents[0]["unique_id"])  # fmt: skip
    filed = json.loads(got.stdout)["documents"][0]
    assert (got.returncode, filed["hash"]) == (0, documents[0]["hash"])
    assert all(Path(name).exists() for name in filed["files"])


def test_consult_list_is_a_table_for_a_reader(open_demo: Path) -> None:
    result = run("consult", "list", "--config", open_demo, "--ins", JEANNE, *ATTESTED)
    assert result.returncode == 0
    assert "documents." in result.stdout
    assert "Radiographie thoracique de face" in result.stdout


def test_a_refusal_of_the_si_dmp_is_exit_code_1_with_its_code_verbatim(open_demo: Path) -> None:
    result = run(
        "consult", "status", "--config", open_demo, "--ins", JEANNE, *ATTESTED, "--professionnel", "caron", "--json"
    )
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"]["remote_code"] == "DMPAccessDeniedByRightsService"


def test_an_unknown_document_is_refused_before_it_is_asked(open_demo: Path, tmp_path: Path) -> None:
    result = run("consult", "get", "--config", open_demo, "--ins", JEANNE, *ATTESTED, "--sortie", tmp_path, "1.2.3")
    assert result.returncode == 2
    assert "n'est pas dans la liste" in result.stderr


def test_a_document_that_was_sent_is_listed_then_read_and_never_accepted_twice(desk: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Patiente revue ce jour, état stable.", encoding="utf-8")
    traits = ("--nom", "MARTIN", "--prenom", "Jeanne", "--naissance", "1954-03-12", "--sexe", "F")
    sent = run(
        "send", note, "--ins", JEANNE, "--type", "34133-9", "--titre", "Note d'essai", *traits, "--json", cwd=desk
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    unique_id = json.loads(sent.stdout)["unique_id"]
    got = run("consult", "get", "--ins", JEANNE, *ATTESTED, "--sortie", tmp_path, "--json", unique_id, cwd=desk)
    filed = json.loads(got.stdout)["documents"][0]
    assert (filed["title"], filed["kind"]) == ("Note d'essai", "CDA niveau 1, corps texte")
    received = next(path for path in filed["files"] if path.endswith(".xml"))
    again = run("send", received, "--ins", JEANNE, "--json", cwd=desk)
    assert again.returncode == 1
    assert json.loads(again.stdout)["error"]["remote_code"] == "XDSDuplicateUniqueIdInRegistry"


def test_a_pdf_without_the_traits_of_its_patient_is_refused_with_the_options_that_miss(desk: Path) -> None:
    result = run("send", "compte-rendu.pdf", "--ins", JEANNE, "--type", "11488-4", cwd=desk)
    assert result.returncode == 2
    assert "--titre, --nom, --prenom, --naissance, --sexe" in result.stderr


def test_the_document_of_another_patient_is_never_sent(desk: Path) -> None:
    page = next((desk / "var/demo/documents").glob("*.xml"))
    result = run("send", page, "--ins", "188102B17295165", "--json", cwd=desk)
    assert (result.returncode, json.loads(result.stdout)["error"]["code"]) == (2, "cda-autre-patient")


def test_what_was_received_can_be_inspected(desk: Path) -> None:
    page = next((desk / "var/demo/documents").glob("*.xml"))
    assert json.loads(run("inspect", page, "--json").stdout)["kind"] == "cda"
    assert json.loads(run("inspect", desk / "jeton.xml", "--json").stdout)["kind"] == "vihf"
    assert run("inspect", desk / "racine.pem").returncode == 2


def test_sigterm_stops_the_stand_in_too(first_run: subprocess.CompletedProcess[str], directory: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "demo", "--repertoire", str(directory / "autre")],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        address = next(found for line in demo.stdout if (found := re.search(r"https://127\.0\.0\.1:(\d+)/", line)))
        demo.terminate()
        demo.communicate(timeout=120)
    assert demo.returncode == 128 + signal.SIGTERM
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address[1])), timeout=1)


def test_the_walk_says_where_the_national_pages_are_and_whom_to_be(first_run: subprocess.CompletedProcess[str]) -> None:
    said = words(first_run)
    assert "Pages de la maquette (portail AIR, liste blanche, Mon espace santé) : http://localhost:" in said
    for role in ("Représentant légal", "Agent de la CNAM", "Patiente"):
        assert role in said


def test_the_stand_in_serves_alone_with_its_pages_and_stops_on_ctrl_c(desk: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe, socket.create_server(("127.0.0.1", 0)) as other:
        port, pages = probe.getsockname()[1], other.getsockname()[1]
    command = [*PROGRAM, "national", "serve", "--port", str(port), "--port-pages", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=desk) as server:
        assert server.stdout is not None
        assert f"https://localhost:{pages}/" in server.stdout.readline()
        socket.create_connection(("127.0.0.1", pages), timeout=5).close()
        assert "simulation" in server.stdout.readline()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        errors = server.communicate(timeout=120)[1]
    assert "Traceback" not in errors
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", pages), timeout=1)


def test_personas_without_proof_do_not_start_in_production(desk: Path) -> None:
    command = [*PROGRAM, "national", "serve", "--port", "45997", "--personnages-non-surs"]
    environment = os.environ | {"TRAMONTANE_ENV": "production"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=desk, env=environment, check=False)
    assert done.returncode != 0
    assert "refusé avec TRAMONTANE_ENV=production" in done.stderr.replace("\N{NO-BREAK SPACE}", " ")
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(desk: Path) -> None:
    result = run("national", "serve", "--port", 45999, "--base", "postgresql://127.0.0.1:1/rien", cwd=desk)
    assert result.returncode == 2
    assert "La base de données de la maquette n'est pas disponible" in result.stderr
    assert "Traceback" not in result.stderr


# Documents of the repository: every command they show is run, as shown.
ROOT = Path(__file__).resolve().parents[2]
PAGES = [*(ROOT / "docs/guides").glob("*.md"), ROOT / "docs/tutorials/first-consultation.md"]
# What is refused on purpose: the end of the command → exit code.
REFUSED = (
    ("consult status --ins 254036938301239", 1),
    ("--professionnel garnier", 1),
    ("--professionnel caron", 1),
    ("--authentification var/pki/signature.crt.pem --racine var/pki/racine.pem --crl var/pki/crl.pem", 1),
)


def shown() -> list[str]:
    """The commands of every page, once each, in order."""
    lines = [line[2:] for page in PAGES for line in page.read_text().splitlines() if line.startswith("$ ")]
    return list(dict.fromkeys(line.replace(".venv/bin/", "") for line in lines if not line.startswith("make ")))


@pytest.fixture(scope="module")
def desk(open_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory like the reader's: the demo's, and files of their own under the names that pages use."""
    desk = tmp_path_factory.mktemp("bureau")
    (desk / "var").mkdir()
    (desk / "var/demo").symlink_to(open_demo.parent)
    run("pki", "demo", cwd=desk)
    own = {"auth.pem": "authentification.crt.pem", "cachet.p12": "signature.p12", "cachet.pem": "signature.crt.pem"}
    for name, file in (own | {name: name for name in ("racine.pem", "intermediaires.pem", "crl.pem")}).items():
        (desk / name).write_bytes((open_demo.parent / "pki" / file).read_bytes())
    listed = run("consult", "list", "--ins", JEANNE, *ATTESTED, "--json", cwd=desk)
    (desk / "identifiant").write_text(json.loads(listed.stdout)["documents"][0]["unique_id"])
    (desk / "jeton.xml").write_text(run("vihf", "build", "--ins", JEANNE, cwd=desk).stdout)
    (desk / "compte-rendu.pdf").write_bytes(next((open_demo.parent / "documents").glob("*.pdf")).read_bytes())
    return desk


@pytest.mark.parametrize("command", shown())
def test_every_command_shown_in_the_guides_works(desk: Path, command: str) -> None:
    line = command.replace("IDENTIFIANT", (desk / "identifiant").read_text()).replace("tramontane ", f"{PROGRAM[0]} ")
    environment = os.environ | {"TRAMONTANE_PKCS12_PASSWORD": "demo"}
    result = subprocess.run(
        line, shell=True, check=False, capture_output=True, text=True, cwd=desk, env=environment, timeout=300
    )
    expected = next((code for end, code in REFUSED if command.endswith(end)), 0)
    assert result.returncode == expected, result.stdout + result.stderr
