"""Where the pages may be served, and the key that workers share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tramontane.national.pages.secret_key import kept_key
from tramontane.national.pages.serving import Pages, command
from tramontane.national.server import Tls

UNUSED = Tls(Path("absent"), Path("absent"), Path("absent"))


def test_pages_without_tls_stay_on_this_machine() -> None:
    assert Pages(plain=True, port=8000).url == "http://localhost:8000/"
    assert Pages("192.0.2.1").url == "https://192.0.2.1:8444/"
    for host in ("192.0.2.1", "0.0.0.0"):
        with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
            Pages(host, plain=True)


def test_workers_that_start_together_share_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    script = "import sys, pathlib; from tramontane.national.pages.secret_key import kept_key; print(kept_key(pathlib.Path(sys.argv[1])))"
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(4)
    ]
    keys = {process.communicate()[0] for process in started}
    assert len(keys) == 1
    assert len(keys.pop()) > 60
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert kept_key(tmp_path) == (tmp_path / "secret-key").read_text()


def test_a_seal_that_cannot_seal_stops_the_pages_before_anyone_signs(tmp_path: Path) -> None:
    (tmp_path / "seal.pem").write_text("rien")
    done = subprocess.run(
        [sys.executable, "-m", *command(Pages(port=1, plain=True), tls=UNUSED, data_directory=tmp_path)[1:]],
        env=os.environ | {"TRAMONTANE_NATIONAL_SEAL": str(tmp_path / "seal.pem")},
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith(f"« {tmp_path}/seal.pem » ne peut pas sceller")
