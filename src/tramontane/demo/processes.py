"""Servers as processes of their own, on a free port of the loopback interface: first of all the stand-in."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tramontane.demo.workspace import Workspace
from tramontane.dmp.errors import LocalError

HOST = "127.0.0.1"
_PATIENCE = 180.0


@contextmanager
def national_server(workspace: Workspace, port: int) -> Iterator[str]:
    """Serve the workspace's national side; gives the base URL once it accepts connections, stops it on leaving.

    Raises:
        LocalError: it did not start; its own words are in `received`.
    """
    log = workspace.root / "si-dmp.log"
    with running(_command(workspace, port), log) as server:
        wait_for(server, port, log, "La maquette du SI-DMP")
        yield f"https://{HOST}:{port}/si-dmp-server/v2/services/"


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of our own, its words in `log`, ended on leaving."""
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches the demo, which then ends the server, once.
        server = subprocess.Popen(  # noqa: S603 (our own interpreter and modules, no shell)
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=environment
        )
        try:
            yield server
        finally:
            _stop(server)


def free_port() -> int:
    """A port nobody listens on at this instant."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


_NOT_FREE = {
    errno.EADDRINUSE: "un autre programme l'occupe",
    errno.EACCES: "il est réservé à l'administrateur",
    errno.EADDRNOTAVAIL: "cette machine n'a pas cette adresse",
}


def require_free(port: int, host: str = HOST, *, option: str = "--port") -> int:
    """The port itself.

    Args:
        option: the option that chooses this port, for the refusal.

    Raises:
        LocalError: someone listens on it, it needs privileges, or the address is another machine's.
    """
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return port
    except OSError as error:
        raise LocalError(
            f"Le port {port} de {host} n'est pas disponible.",
            code="port-indisponible",
            received=_NOT_FREE.get(error.errno or 0) or error.strerror or "erreur du système",
            next_step=f"choisissez-en un autre avec {option}, ou arrêtez le programme qui l'occupe",
        ) from error


def database_unavailable(error: Exception) -> LocalError:
    """The sentence for a database that does not answer, its own words last."""
    return LocalError(
        "La base de données de la maquette n'est pas disponible.",
        code="base-indisponible",
        received=(str(error).strip().splitlines() or [type(error).__name__])[0][:300],
        next_step="vérifiez l'adresse de la base, ou les droits sur le répertoire des données",
    )


def _command(workspace: Workspace, port: int) -> list[str]:
    pki = workspace.pki
    files = {
        "--certificate": pki / "serveur.crt.pem",
        "--key": pki / "serveur.key.pem",
        "--anchors": pki / "racine.pem",
        "--intermediates": pki / "intermediaires.pem",
        "--crls": pki / "crl.pem",
        "--data": workspace.national,
    }
    arguments = [text for name, path in files.items() for text in (name, str(path.absolute()))]
    return [sys.executable, "-m", "tramontane.national.server", "--host", HOST, "--port", str(port), *arguments]


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path, name: str, host: str = HOST) -> None:
    """Return once the port accepts connections.

    Raises:
        LocalError: the process ended, or is not there in time.
    """
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise not_started(name, log)


def not_started(name: str, log: Path) -> LocalError:
    """The sentence for a process that did not start, its own last words in `received`."""
    return LocalError(
        f"{name} : le démarrage a échoué.",
        code="demo-non-demarree",
        received=_last_line(log).rstrip("."),
        next_step=f"lisez « {log} » ; si une base de données est en cause, supprimez le répertoire et relancez",
    )


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "aucun message"


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        # Its own workers too: they are in its session.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
