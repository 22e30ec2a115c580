"""The machine face as a real process, with its own database, over mutual TLS."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from support.pki import pki
from tramontane.demo.pki import Credentials, pem
from tramontane.dmp.transactions.exchange import HttpRequest, HttpResponse

TESTS = Path(__file__).parents[1]
BASE_PATH = "/si-dmp-server/v2/services/"
_READY_SECONDS = 180.0


def free_port() -> int:
    """A TCP port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class NationalServer:
    """One installation: a directory, a database, a port. `start` it, call it, `kill` it, start it again."""

    directory: Path
    database_url: str = ""
    workers: int = 1
    patience: tuple[float, float] = (20.0, 300.0)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        server = pki().server
        (self.directory / "server.pem").write_bytes(server.certificate_pem)
        (self.directory / "server.key").write_bytes(server.key_pem())
        (self.directory / "anchors.pem").write_bytes(pem(*pki().anchors))
        (self.directory / "intermediates.pem").write_bytes(pem(*pki().intermediates))
        self.publish(*pki().crls)

    def publish(self, *crls: x509.CertificateRevocationList) -> None:
        """Replace the CRLs on disk; none removes the file. The server reads them again by itself."""
        path = self.directory / "crls.pem"
        path.unlink(missing_ok=True)
        if crls:
            path.write_bytes(pem(*crls))

    @property
    def environment(self) -> dict[str, str]:
        """For processes that share this installation's database."""
        from tramontane.national.bootstrap import environment

        paths = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
        return os.environ | environment(self.data, self.database_url) | {"PYTHONPATH": paths}

    @property
    def data(self) -> Path:
        """Contents, and the SQLite database if it is one."""
        return self.directory / "data"

    def run(self, script: str) -> str:
        """Run Python lines beside the server, Django ready; what they print."""
        preamble = (
            "from pathlib import Path\nfrom tramontane.national import setup\n"
            f"setup(Path({str(self.data)!r}), {self.database_url!r})\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", preamble + script], env=self.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self) -> None:
        """Serve, and wait until the port answers."""
        command = [sys.executable, "-m", "tramontane.national.server"]
        options: dict[str, object] = {
            "port": self.port,
            "workers": self.workers,
            "head-seconds": self.patience[0],
            "body-seconds": self.patience[1],
            "data": self.data,
            "certificate": self.directory / "server.pem",
            "key": self.directory / "server.key",
            "anchors": self.directory / "anchors.pem",
            "intermediates": self.directory / "intermediates.pem",
            "crls": self.directory / "crls.pem",
        }
        if self.database_url:
            options["database-url"] = self.database_url
        command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.directory / "log").read_text()
            try:
                status = self.get("/health")
            except OSError:
                time.sleep(0.05)
                continue
            assert status == 200, (self.directory / "log").read_text()
            return
        raise TimeoutError((self.directory / "log").read_text())

    def kill(self) -> None:
        """kill -9, workers included."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Ask it to stop, then insist."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def get(self, path: str) -> int:
        """The status of a GET, with the good certificate."""
        connection = self.connect(self.client_context(pki().auth))
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def connect(self, context: ssl.SSLContext) -> http.client.HTTPSConnection:
        """A connection to the server, checking its certificate."""
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=120)

    def client_context(
        self,
        credentials: Credentials | None,
        *,
        chain: tuple[x509.Certificate, ...] | None = None,
        version: ssl.TLSVersion | None = None,
    ) -> ssl.SSLContext:
        """A client that trusts the server and presents `credentials`, with its intermediates unless told otherwise."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem(*pki().anchors).decode())
        if version is not None:
            context.minimum_version = context.maximum_version = version
        if credentials is not None:
            sent = credentials.chain if chain is None else chain
            path = self.directory / "client.pem"
            path.write_bytes(credentials.key_pem() + pem(credentials.certificate, *sent))
            context.load_cert_chain(path)
        return context

    def send(self, request: HttpRequest, connection: http.client.HTTPSConnection | None = None) -> HttpResponse:
        """POST a request; on a connection of its own unless one is given."""
        used = connection or self.connect(self.client_context(pki().auth))
        service = request.url.rpartition("/")[2]
        try:
            used.request("POST", BASE_PATH + service, body=request.body, headers={"Content-Type": request.content_type})
            response = used.getresponse()
            return HttpResponse(response.status, response.headers.get("Content-Type", ""), response.read())
        finally:
            if connection is None:
                used.close()
