"""Every command that the guides of the hospital application show works as shown, in the order of the guides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GUIDES = Path(__file__).resolve().parents[2] / "docs/guides/hopital"
# Installing comes first: the other guides' commands need an installation.
ORDER = (
    "exploitation.md", "clinicien.md", "admissions.md", "comptes.md", "rssi.md", "cartes-cpx.md", "homologation.md",
    "homologation-registres.md", "documents-d-homologation.md", "objectifs.md",
)  # fmt: skip


def shown() -> list[str]:
    """The commands, in order."""
    pages = [(GUIDES / name).read_text() for name in ORDER]
    return [line[2:] for page in pages for line in page.splitlines() if line.startswith("$ ")]


def test_every_guide_is_read() -> None:
    assert {path.name for path in GUIDES.glob("*.md")} == set(ORDER)


def test_every_command_of_the_guides_works(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMONTANE_", "DJANGO_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    for command in shown():
        result = subprocess.run(
            command, shell=True, check=False, capture_output=True, text=True, timeout=300, cwd=tmp_path,
            stdin=subprocess.DEVNULL, env=kept | {"PATH": path},
        )  # fmt: skip
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
