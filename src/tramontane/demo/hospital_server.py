"""The hospital application of the demo: its database prepared, served by Granian, with the process of its tasks and duties."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import tramontane
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.pki import DEMO_PASSWORD
from tramontane.demo.processes import HOST, not_started, running
from tramontane.demo.workspace import Workspace

SETTINGS = "tramontane.hospital.config.settings"
NAME = "L'application de l'hôpital"
WORKER = "Le processus des tâches de l'hôpital"
READY = "/health/ready"
_PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Application:
    """The application of a workspace, on a port of this machine.

    Attributes:
        dmp: base URL of the stand-in it consults.
    """

    workspace: Workspace
    port: int
    dmp: str

    @property
    def url(self) -> str:
        """`localhost`, not 127.0.0.1: browsers keep passkeys for names only."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What the application reads: nothing of the caller's own TRAMONTANE_ variables."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TRAMONTANE_")}
        return inherited | {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "TRAMONTANE_ENV": "development",
            "TRAMONTANE_BASE_URL": self.url,
            "TRAMONTANE_DATA_DIRECTORY": str(self.workspace.application.absolute()),
            "TRAMONTANE_PKCS12_PASSWORD": DEMO_PASSWORD,
        }

    @property
    def log(self) -> Path:
        """What the application writes."""
        return self.workspace.root / "application.log"


def prepare(application: Application, hospital: SyntheticHospital, at: datetime) -> bool:
    """Bring the schema up to date and put the hospital in, unless it is there already.

    The hospital is put in again when the day, the seed or the code changed: what the stand-in holds changed too.

    Returns:
        Whether the hospital was put in anew.

    Raises:
        LocalError: the database could not be prepared; the last words of the process are in `received`.
    """
    stamp, wanted = application.workspace.root / "semis-application.json", _stamp_of(hospital)
    fresh = not (stamp.is_file() and stamp.read_text() == wanted)
    if fresh:
        stamp.unlink(missing_ok=True)
        shutil.rmtree(application.workspace.application, ignore_errors=True)
    _seed(application, hospital, at)
    stamp.write_text(wanted)
    return fresh


def _seed(application: Application, hospital: SyntheticHospital, at: datetime) -> None:
    log = application.workspace.root / "application-semis.log"
    command = [sys.executable, "-m", "tramontane.demo.hospital_seeding", "--graine", str(hospital.seed)]
    command += ["--instant", at.isoformat(), "--dmp", application.dmp, "--pki", str(application.workspace.pki)]
    with running(command, log, application.environment) as process:
        if process.wait() != 0:
            raise not_started(NAME, log)


@contextmanager
def serving(application: Application) -> Iterator[str]:
    """Serve it, with its worker; gives the URL once it says it is ready, stops both on leaving.

    Raises:
        LocalError: it did not start, or is not ready.
    """
    worker_log, others = application.workspace.root / "application-taches.log", _workers(application)
    with (
        running(_server(application.port), application.log, application.environment) as server,
        running(_worker(), worker_log, application.environment) as worker,
    ):
        _wait(server, lambda: is_ready(application.url), NAME, application.log)
        _wait(worker, lambda: bool(_workers(application) - others), WORKER, worker_log)
        yield application.url


def is_ready(url: str) -> bool:
    """Whether the application answers that it can work."""
    try:
        with urllib.request.urlopen(url + READY, timeout=5) as answer:  # noqa: S310 (our own server, http on localhost)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _server(port: int) -> list[str]:
    target = "tramontane.hospital.config.wsgi:application"
    options = {"--interface": "wsgi", "--host": HOST, "--port": str(port), "--workers": "1", "--blocking-threads": "8"}
    arguments = [text for pair in options.items() for text in pair]
    return [sys.executable, "-m", "granian", *arguments, "--no-ws", target]


def _worker() -> list[str]:
    return [sys.executable, "-m", "tramontane.hospital.config.worker"]


def _workers(application: Application) -> set[Path]:
    """The files that the workers of this workspace hold, alive or killed (`hospital.config.workers`)."""
    return set((application.workspace.application / "workers").glob("*~*"))


def _wait(process: subprocess.Popen[bytes], is_up: Callable[[], bool], name: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if is_up():
            return
        time.sleep(0.1)
    raise not_started(name, log)


def _stamp_of(hospital: SyntheticHospital) -> str:
    """Seed, day, and what the rows are made of and kept in: the demo's code, and the schema."""
    package = Path(tramontane.__file__).parent
    files = [*package.glob("demo/**/*.py"), *package.glob("hospital/*/migrations/*.py")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return f"{hospital.seed} {hospital.today} {digest.hexdigest()}"
