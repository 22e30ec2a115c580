"""`tramontane pack verify`: the verdict in words or in JSON, and an exit code a script can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from support.packs import noted, pack, part, rewritten
from tramontane.cli import tramontane_command

FILES = (part("pv/pv.pdf", role="pv"), part("preuves/liste.txt"))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "pack.zip"
    path.write_bytes(pack(*FILES))
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(tramontane_command, ["pack", "verify", *map(str, arguments)])


def test_a_whole_pack_is_said_so_and_how_to_compare_its_manifest(kept: Path) -> None:
    found = run(kept)
    assert found.exit_code == 0
    assert "Le pack est intact" in found.output
    assert "--manifest-sha256" in found.output


def test_with_the_digest_noted_nothing_is_left_to_compare(kept: Path) -> None:
    _, digest = noted(*FILES)
    found = run(kept, "--manifest-sha256", digest, "--json")
    said = json.loads(found.output)
    assert (found.exit_code, said["verdict"], said["manifest_compared"], said["files"]) == (0, "passed", True, 3)


def test_a_digest_badly_copied_accuses_nobody(kept: Path) -> None:
    _, digest = noted(*FILES)
    spaced = f" {digest[:32]} {digest[32:].upper()}\n"
    assert json.loads(run(kept, "--manifest-sha256", spaced, "--json").output)["manifest_compared"]
    found = run(kept, "--manifest-sha256", digest[:-1])
    assert found.exit_code == 2
    assert "celle-ci en a 63" in found.output
    assert "refait" not in found.output


def test_a_changed_pack_is_refused_with_the_file_at_fault(kept: Path) -> None:
    kept.write_bytes(rewritten(kept.read_bytes(), **{"pv/pv.pdf": b"autre"}))
    found = run(kept)
    assert found.exit_code == 1
    assert "pv/pv.pdf" in found.output
    assert "n'est pas intact" in found.output
    said = json.loads(run(kept, "--json").output)
    assert said["findings"][0]["code"] == "modifie"
    assert said["verdict"] == "failed"


def test_what_is_not_a_pack_is_an_unusable_input(tmp_path: Path) -> None:
    path = tmp_path / "autre.zip"
    path.write_bytes(b"%PDF")
    assert run(path).exit_code == 2
    assert json.loads(run(path, "--json").output)["error"]["code"] == "pack-archive-illisible"
    assert run(tmp_path / "rien.zip").exit_code == 2
