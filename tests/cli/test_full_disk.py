"""Where nothing can be written any more, a command says it in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
