"""First run, connection, backup and restore, as an operator types them: real processes, a real directory."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tramontane.cli.hospital_operations import archive
from tramontane.demo.pki import DEMO_PASSWORD
from tramontane.demo.workspace import write_pki
from tramontane.dmp.errors import LocalError

PROGRAM = str(Path(sys.executable).with_name("tramontane"))
FINESS = "990000010"
ANSWERS = {
    "--finess-juridique": FINESS,
    "--nom": "Centre hospitalier d'essai",
    "--finess-geographique": "990000028",
    "--site": "Site Nord",
    "--code-service": "CARDIO",
    "--service": "Cardiologie",
    "--gestionnaire": "marie, Durand, Marie",
    "--rssi": "paul, Petit, Paul",
}


@dataclass(frozen=True)
class Installation:
    """A data directory, and the commands run on it."""

    data: Path
    key: str = "k" * 50

    def run(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMONTANE_", "DJANGO_"))}
        own = {"TRAMONTANE_DATA_DIRECTORY": str(self.data), "TRAMONTANE_SECRET_KEY": self.key}
        return subprocess.run(
            [PROGRAM, "hospital", *map(str, arguments)],
            check=False, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, env=kept | own | variables,
        )  # fmt: skip

    def said(self, *arguments: object, expected: int = 0, **variables: str) -> dict[str, Any]:
        result = self.run(*arguments, "--json", **variables)
        assert result.returncode == expected, result.stdout + result.stderr
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    @property
    def database(self) -> Path:
        return self.data / "hospital.sqlite3"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, dict[str, Any]]:
    """An installation after its first run, with one document in its record; and what the assistant said."""
    one = Installation(tmp_path_factory.mktemp("hopital") / "data")
    said = one.said("init", *(word for pair in ANSWERS.items() for word in pair))
    (one.data / "files/documents").mkdir(parents=True)
    (one.data / "files/documents/1.pdf").write_bytes(b"%PDF-1.7 fictif")
    return one, said


@pytest.fixture
def installation(started: tuple[Installation, dict[str, Any]], tmp_path: Path) -> Installation:
    """A copy of its own for each test."""
    shutil.copytree(started[0].data, tmp_path / "data")
    return Installation(tmp_path / "data")


@pytest.fixture(scope="module")
def backup(started: tuple[Installation, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sauvegardes") / "sauvegarde.tar.gz"
    started[0].said("backup", made)
    return made


def test_the_first_run_creates_what_a_consultation_needs_first(started: tuple[Installation, dict[str, Any]]) -> None:
    one, said = started
    assert said["legal_entity"] == FINESS
    assert set(said["temporary_passwords"]) == {"marie", "paul"}
    with closing(sqlite3.connect(one.database)) as reader:
        roles = dict(reader.execute("SELECT login, roles FROM accounts_account"))
        services = reader.execute("SELECT code, name FROM accounts_service").fetchall()
    assert {login: json.loads(held) for login, held in roles.items()} == {
        "marie": ["account_manager"],
        "paul": ["rssi"],
    }
    assert services == [("CARDIO", "Cardiologie")]


def test_the_first_run_tells_the_way_to_a_first_consultation(started: tuple[Installation, dict[str, Any]]) -> None:
    steps = started[1]["next_steps"]
    words = ("second facteur", "hospital connect", "matrice", "RPPS", "INS", "choix", "état du DMP")
    assert len(steps) == len(words)
    assert all(word in step for word, step in zip(words, steps, strict=True))


def test_run_again_the_assistant_changes_nothing(installation: Installation) -> None:
    said = installation.said("init", "--nom", "Un autre nom")
    assert (said["legal_entity"], said["temporary_passwords"]) == (FINESS, {})


def test_without_a_keyboard_missing_answers_are_named_at_once(tmp_path: Path) -> None:
    result = Installation(tmp_path / "data").run("init", "--nom", "CH")
    assert result.returncode == 2
    assert "--finess-juridique, --finess-geographique, --site" in result.stderr
    assert "--nom," not in result.stderr


def test_a_wrong_answer_leaves_the_installation_empty(tmp_path: Path) -> None:
    one = Installation(tmp_path / "data")
    wrong = ANSWERS | {"--rssi": "marie, Petit, Paul"}  # the same login twice
    result = one.run("init", *(word for pair in wrong.items() for word in pair))
    assert result.returncode == 2
    assert "déjà pris" in result.stderr
    with closing(sqlite3.connect(one.database)) as reader:
        assert reader.execute("SELECT count(*) FROM accounts_legalentity").fetchone() == (0,)


def test_a_connection_is_kept_with_the_state_of_its_certificates(installation: Installation, tmp_path: Path) -> None:
    write_pki(tmp_path / "pki", datetime.now(UTC))
    pki = tmp_path / "pki"
    options = {
        "--entite": FINESS, "--url": "https://dmp.example/services/", "--autorites": pki / "autorites.pem",
        "--crl": pki / "crl.pem", "--authentification": pki / "authentification.p12", "--secret": "MOT_DE_PASSE",
        "--logiciel-oid": "1.2.250.1.999.77", "--homologation": "H-1", "--contrat-du": "2026-01-01",
    }  # fmt: skip
    words = [word for pair in options.items() for word in pair]
    said = installation.said("connect", *words, "--signature", pki / "signature.p12", MOT_DE_PASSE=DEMO_PASSWORD)
    assert said["usable"] is True
    assert len(said["certificates"]) == 2
    assert not [step for step in installation.said("init")["next_steps"] if "hospital connect" in step]
    swapped = installation.said(
        "connect", *words, "--signature", pki / "authentification.p12", expected=1, MOT_DE_PASSE=DEMO_PASSWORD
    )
    assert swapped["usable"] is False
    assert swapped["fault"]


def test_an_unknown_entity_is_not_connected(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "vide.pem").touch()
    files = [
        word for name in ("--autorites", "--authentification", "--signature") for word in (name, tmp_path / "vide.pem")
    ]
    rest = ("--url", "https://dmp.example/", "--logiciel-oid", "1.2", "--homologation", "H")
    said = installation.said("connect", "--entite", "990000093", *files, *rest, expected=2)
    assert said["error"]["code"] == "entite-inconnue"


def test_a_backup_restores_everything_in_an_empty_directory(backup: Path, tmp_path: Path) -> None:
    other = Installation(tmp_path / "ailleurs")
    said = other.said("restore", backup)
    assert (said["traces_intact"], said["same_secret_key"], said["aside"]) == (True, True, [])
    assert (other.data / "files/documents/1.pdf").read_bytes() == b"%PDF-1.7 fictif"
    with closing(sqlite3.connect(other.database)) as reader:
        assert reader.execute("SELECT finess_juridique FROM accounts_legalentity").fetchall() == [(FINESS,)]


def test_a_backup_is_for_its_owner_only_and_never_replaces_another(installation: Installation, backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    before = backup.read_bytes()
    assert installation.said("backup", backup, expected=2)["error"]["code"] == "sauvegarde-existe"
    assert backup.read_bytes() == before


def test_a_copy_is_one_instant_of_a_database_being_written(installation: Installation, tmp_path: Path) -> None:
    with closing(sqlite3.connect(installation.database)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO accounts_throttle (key, failures, last_failure_at) VALUES ('k', 1, '2026-01-01')")
        archive.snapshot(installation.database, tmp_path / "copie.sqlite3")
        writer.commit()
    with closing(sqlite3.connect(tmp_path / "copie.sqlite3")) as reader:
        assert reader.execute("SELECT count(*) FROM accounts_throttle").fetchone() == (0,)
    assert archive.count(tmp_path / "copie.sqlite3")["traces"] == 4


def test_a_document_without_its_file_is_refused(installation: Installation) -> None:
    archive.require_documents(installation.database, installation.data / "files")
    with closing(sqlite3.connect(installation.database)) as writer:
        columns = writer.execute("PRAGMA table_info(documents_recorddocument)").fetchall()
        row = {name: 1 if "int" in kind.lower() else "" for _, name, kind, needed, *_ in columns if needed}
        row |= {"content": "documents/absent.pdf", "confidentiality": "[]"}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        writer.execute(f"INSERT INTO documents_recorddocument ({names}) VALUES ({marks})", tuple(row.values()))
        writer.commit()
    with pytest.raises(LocalError, match="n'ont pas leur fichier") as refused:
        archive.require_documents(installation.database, installation.data / "files")
    assert "documents/absent.pdf" in refused.value.received


def test_restoring_over_data_needs_force_and_keeps_the_former_aside(installation: Installation, backup: Path) -> None:
    former = hashlib.sha256(installation.database.read_bytes()).hexdigest()
    assert installation.said("restore", backup, expected=2)["error"]["code"] == "restauration-ecraserait"
    assert hashlib.sha256(installation.database.read_bytes()).hexdigest() == former
    aside = [Path(path) for path in installation.said("restore", backup, "--force")["aside"]]
    assert {path.name for path in aside} == {"hospital.sqlite3", "files"}
    assert all(path.exists() for path in aside)


def test_another_secret_key_is_said(backup: Path, tmp_path: Path) -> None:
    said = Installation(tmp_path / "ailleurs", key="z" * 50).said("restore", backup)
    assert said["same_secret_key"] is False


def test_a_file_changed_in_the_archive_is_refused(backup: Path, tmp_path: Path) -> None:
    rewrite(backup, tmp_path / "forge.tar.gz", {"files/documents/1.pdf": b"%PDF-1.7 autre"})
    with pytest.raises(LocalError) as refused:
        archive.extract(tmp_path / "forge.tar.gz", tmp_path / "lu")
    assert refused.value.received == "files/documents/1.pdf"


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.tar.gz").write_bytes(b"rien")
    with pytest.raises(LocalError, match="n'est pas une sauvegarde"):
        archive.extract(tmp_path / "photo.tar.gz", tmp_path / "lu")


HOSTILE_MEMBERS = {
    "a name above": ("../evil", tarfile.REGTYPE),
    "a name above, lower down": ("files/../../evil", tarfile.REGTYPE),
    "an absolute name": ("/tmp/evil", tarfile.REGTYPE),
    "a link": ("files/a", tarfile.SYMTYPE),
    "a hard link": ("files/a", tarfile.LNKTYPE),
    "a pipe": ("files/a", tarfile.FIFOTYPE),
    "a device": ("files/a", tarfile.CHRTYPE),
    "a name given twice": ("manifest.json", tarfile.REGTYPE),
}


@pytest.mark.parametrize("case", HOSTILE_MEMBERS)
def test_an_archive_with_what_no_backup_holds_is_refused(case: str, backup: Path, tmp_path: Path) -> None:
    name, kind = HOSTILE_MEMBERS[case]
    forged = tmp_path / "in" / "forge.tar.gz"
    forged.parent.mkdir()
    with tarfile.open(backup) as source, tarfile.open(forged, "w:gz") as copy:
        for member in source:
            copy.addfile(member, source.extractfile(member))
        hostile = tarfile.TarInfo(name)
        hostile.type, hostile.linkname = kind, "/etc/passwd"
        copy.addfile(hostile, io.BytesIO())
    with pytest.raises(LocalError, match="n'est pas une sauvegarde"):
        archive.extract(forged, tmp_path / "in" / "lu")
    assert {path.name for path in tmp_path.rglob("*")}.isdisjoint({"evil", "a"})


def test_a_backup_whose_traces_were_touched_is_told(backup: Path, tmp_path: Path) -> None:
    """The forger also mends the manifest: only the chain of traces tells."""
    archive.extract(backup, tmp_path / "forge")
    database = tmp_path / "forge/hospital.sqlite3"
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("DROP TRIGGER traces_trace_no_update")
        writer.execute("UPDATE traces_trace SET account_name = 'personne' WHERE id = 1")
        writer.commit()
    manifest = json.loads((tmp_path / "forge/manifest.json").read_text())
    manifest["files"]["hospital.sqlite3"] = hashlib.sha256(database.read_bytes()).hexdigest()
    forged = tmp_path / "forge.tar.gz"
    rewrite(backup, forged, {"manifest.json": json.dumps(manifest).encode(), "hospital.sqlite3": database.read_bytes()})
    said = Installation(tmp_path / "ailleurs").said("restore", forged, expected=1)
    assert said["traces_intact"] is False
    assert said["findings"] == ["La trace 1 a été modifiée."]


def test_postgresql_is_sent_to_its_own_tools(tmp_path: Path) -> None:
    one = Installation(tmp_path / "data")
    said = one.said(
        "backup", tmp_path / "b.tar.gz", expected=2, TRAMONTANE_DATABASE_URL="postgresql://localhost:1/rien"
    )
    assert said["error"]["code"] == "sauvegarde-postgresql"
    assert "pg_dump" in said["error"]["next_step"]


def rewrite(archive: Path, to: Path, changed: dict[str, bytes]) -> None:
    """The same archive, some of its files replaced."""
    with tarfile.open(archive) as source, tarfile.open(to, "w:gz") as copy:
        for member in source.getmembers():
            taken = source.extractfile(member)
            assert taken is not None
            data = changed.get(member.name, taken.read())
            member.size = len(data)
            copy.addfile(member, io.BytesIO(data))
