"""The stand-in as a process of its own, on a free port of the loopback interface."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tramontane.demo.workspace import Workspace
from tramontane.dmp.errors import LocalError

HOST = "127.0.0.1"
_PATIENCE = 30.0


@contextmanager
def national_server(workspace: Workspace, port: int) -> Iterator[str]:
    """Serve the workspace's national side; gives the base URL once it accepts connections, stops it on leaving.

    Raises:
        LocalError: it did not start; its own words are in `received`.
    """
    log = workspace.root / "si-dmp.log"
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches the demo, which then ends the server, once.
        server = subprocess.Popen(  # noqa: S603 (our own interpreter and module, no shell)
            _command(workspace, port), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait(server, port, log)
            yield f"https://{HOST}:{port}/si-dmp-server/v2/services/"
        finally:
            _stop(server)


def free_port() -> int:
    """A port nobody listens on at this instant."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, host: str = HOST) -> int:
    """The port itself.

    Raises:
        LocalError: someone listens on it, or it needs privileges.
    """
    try:
        with socket.create_server((host, port)):
            return port
    except OSError as error:
        raise LocalError(
            f"Le port {port} de {host} n'est pas disponible.",
            code="port-indisponible",
            received=error.strerror or "erreur du système",
            next_step="choisissez un autre port avec --port, ou arrêtez le programme qui l'occupe",
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


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise LocalError(
        "La maquette du SI-DMP n'a pas démarré.",
        code="maquette-non-demarree",
        received=_last_line(log),
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
        server.kill()
        server.wait()
