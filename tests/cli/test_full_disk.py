"""Where nothing can be written any more, a command says it in a sentence."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tramontane.cli.hospital_operations import archive

PROGRAM = str(Path(sys.executable).with_name("tramontane"))
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_standard_output_is_said_on_the_other(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "a.xml").write_text("<a/>")
    with FULL.open("wb") as full:
        done = subprocess.run(
            [PROGRAM, "inspect", str(tmp_path / "a.xml"), *options],
            check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 2
    assert "disque plein" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_disk_too_small_for_a_backup_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, copy, connect = tmp_path / "base.sqlite3", tmp_path / "copy.sqlite3", sqlite3.connect
    with closing(connect(database)) as source:
        source.execute("CREATE TABLE patients AS SELECT randomblob(100000) AS traits")
        source.commit()

    def small(path: object, **options: object) -> sqlite3.Connection:
        opened = connect(path, **options)  # type: ignore[call-overload]
        if path == copy:
            opened.execute("PRAGMA max_page_count=2")
        return opened

    monkeypatch.setattr(archive.sqlite3, "connect", small)
    with pytest.raises(OSError, match="full") as refusal:
        archive.snapshot(database, copy)
    assert refusal.value.errno == errno.ENOSPC
