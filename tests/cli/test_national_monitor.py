"""`tramontane national monitor`, as a process: a day is examined; true traces are never mixed with generated ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("tramontane"))
SCENE = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tramontane.national import setup
setup(Path(sys.argv[1]))
from tramontane.national.models import AccessTrace
noon = datetime(2026, 11, 18, 12, tzinfo=UTC)
AccessTrace.objects.bulk_create(AccessTrace(instant=noon + timedelta(seconds=index), transaction="TD3.1",
    service="registry", result="granted", rpps="99990000012", structure="990000028", ins=f"{index:015d}",
    assertion_id=f"_{index}") for index in range(40))
"""


def monitor(*arguments: object) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [PROGRAM, "national", "monitor", *map(str, arguments)],
        check=False, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, env=kept,
    )  # fmt: skip


def test_a_day_is_examined_once_and_an_evaluation_refuses_true_traces(tmp_path: Path) -> None:
    data = tmp_path / "national"
    subprocess.run([sys.executable, "-c", SCENE, str(data)], check=True, timeout=300)
    first = json.loads(monitor("--jour", "2026-11-18", "--donnees", data, "--json").stdout)
    assert first["day"] == "2026-11-18"
    assert first["opened"] > 0
    again = monitor("--jour", "2026-11-18", "--donnees", data)
    assert "alertes ouvertes : 0" in again.stdout
    mixed = monitor("--evaluer", "--base", f"sqlite:///{data / 'national.sqlite3'}")
    assert (mixed.returncode, "base vide" in mixed.stderr) == (2, True)


def test_a_directory_where_no_stand_in_ran_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    refused = monitor("--donnees", tmp_path / "ailleurs", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["error"]["code"]) == (2, "donnees-absentes")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_examined_is_a_sentence(tmp_path: Path) -> None:
    unreachable = monitor("--base", "postgresql://nobody@127.0.0.1:1/rien", "--json")
    assert (unreachable.returncode, json.loads(unreachable.stdout)["error"]["code"]) == (2, "base-indisponible")
    future = monitor("--base", f"sqlite:///{tmp_path / 'national.sqlite3'}", "--jour", "2999-01-01")
    assert (future.returncode, future.stdout) == (2, "")
    assert "01/01/2999 n'a pas encore eu lieu" in future.stderr
