"""Behind a TLS proxy, on a private Unix socket: its header is the identity; without it nobody is."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.national import OPEN, call, vihf
from support.national_server import BASE_PATH, NationalServer
from support.pki import pki
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.exchange import HttpResponse

SCRIPT = """
from tramontane.national.server.run import run_behind_proxy
from tramontane.national.server.tls import Tls
d = Path({directory!r})
run_behind_proxy(
    socket=d / "s", proxy_header="X-SSL-Client-Cert", data_directory=d / "data",
    tls=Tls(d / "server.pem", d / "server.key", d / "anchors.pem", d / "intermediates.pem", d / "crls.pem"),
)
"""


@pytest.fixture(scope="module")
def unix_socket() -> Iterator[Path]:
    """A server on a Unix socket, in a short directory: a socket's path has 104 bytes at most on macOS."""
    with tempfile.TemporaryDirectory(prefix="proxy-", dir="/tmp") as directory:
        yield from served(NationalServer(Path(directory)))


def served(installation: NationalServer) -> Iterator[Path]:
    """The socket, while its server runs."""
    installation.run("from support.national import populate; populate()")
    script = "from pathlib import Path" + SCRIPT.format(directory=str(installation.directory))
    process = subprocess.Popen([sys.executable, "-c", script], env=installation.environment, start_new_session=True)
    path = installation.directory / "s"
    deadline = time.monotonic() + 120
    while not path.exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.2)
    yield path
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(path: Path, headers: dict[str, str]) -> HttpResponse:
    """TD0.2 through the socket."""
    request = td0_2.request(call(vihf()), OPEN)
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    connection.request(
        "POST", BASE_PATH + "patients", body=request.body, headers={"Content-Type": request.content_type, **headers}
    )
    response = connection.getresponse()
    answer = HttpResponse(response.status, response.headers["Content-Type"], response.read())
    connection.close()
    return answer


def encoded() -> str:
    """The good certificate as HAProxy forwards it."""
    return b64encode(pki().auth.certificate.public_bytes(Encoding.DER)).decode()


def test_the_certificate_that_the_proxy_forwards_is_judged(unix_socket: Path) -> None:
    assert td0_2.read(ask(unix_socket, {"X-SSL-Client-Cert": encoded()})).exists


@pytest.mark.parametrize("headers", [{}, {"X_SSL_Client_Cert": "x"}, {"X-SSL-Client-Cert": "CN=EVIL"}])
def test_without_a_forwarded_certificate_nobody_comes_in(unix_socket: Path, headers: dict[str, str]) -> None:
    with pytest.raises(SoapFault):
        td0_2.read(ask(unix_socket, headers))
