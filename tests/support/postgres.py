"""A private PostgreSQL cluster on a Unix socket, for the tests that must pass on both databases.

The server refuses to run as root: then it runs as the system user `postgres`. Nothing is left behind.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

SYSTEM_USER = "postgres"


def binaries() -> Path | None:
    """The most recent PostgreSQL server installed by Debian, or the one on the PATH; None when there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """One server, started at construction; `stop` removes it.

    Args:
        durable: commits wait for the disk, as in production. Without it only a power cut loses something.
    """

    def __init__(self, *, durable: bool = True) -> None:
        tools = binaries()
        if tools is None:
            raise FileNotFoundError("no PostgreSQL server found")
        self._tools = tools
        # A short path: a Unix socket's is limited to 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="tramontane-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.directory, SYSTEM_USER)
        self._run("initdb", "-D", self._data, "-U", SYSTEM_USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self._options = (
            f"-c listen_addresses= -k {self.directory} -c max_connections=50 -c fsync={'on' if durable else 'off'}"
        )
        self.start()

    @property
    def _data(self) -> str:
        return str(self.directory / "data")

    def url(self, database: str) -> str:
        """The URL of a database of this cluster; `create` makes it exist."""
        return f"postgresql://{SYSTEM_USER}@/{database}?host={quote(str(self.directory), safe='')}"

    def create(self, database: str) -> str:
        """A new empty database; its URL."""
        self._run("createdb", "-h", str(self.directory), "-U", SYSTEM_USER, database)
        return self.url(database)

    def start(self) -> None:
        """Start, or start again after `halt`."""
        log = str(self.directory / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", self._options, "start")

    def halt(self) -> None:
        """Stop at once; the files stay."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def stop(self) -> None:
        """Stop at once and remove every file."""
        self.halt()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, tool: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", SYSTEM_USER, "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self._tools / tool), *arguments]
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{tool}: {done.stderr.decode(errors='replace')}")


@cache
def shared_cluster() -> Cluster:
    """The cluster of this test process, stopped when it ends."""
    cluster = Cluster(durable=False)
    atexit.register(cluster.stop)
    return cluster
