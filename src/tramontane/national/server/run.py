"""Start the machine face: mutual TLS on a TCP port, or plain HTTP on a private Unix socket behind a proxy."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from tramontane.national import clock
from tramontane.national.bootstrap import setup
from tramontane.national.server.patience import Patience
from tramontane.national.server.protocol import CertifiedProtocol
from tramontane.national.server.tls import Tls, context
from tramontane.national.storage import store

_APPLICATION = "tramontane.national.server.factory:application"
_LONGEST_RECEPTION = timedelta(days=1)  # far beyond any `Patience`: another process may share the directory


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how the machine face listens.

    Attributes:
        workers: processes; each handles one exchange at a time.
    """

    host: str = "127.0.0.1"
    port: int = 8443
    workers: int = 1
    patience: Patience = field(default_factory=Patience)

    @property
    def name(self) -> str:
        """The host, as a URL writes it."""
        return f"[{self.host}]" if ":" in self.host else self.host


def run(*, tls: Tls, data_directory: Path, listening: Listening | None = None, database_url: str = "") -> None:
    """Serve until SIGINT or SIGTERM. The schema is brought up to date first.

    Args:
        data_directory: document contents, and the SQLite database when `database_url` is empty.
    """
    setup(data_directory, database_url)
    store().forget_interrupted(clock.now() - _LONGEST_RECEPTION)
    at = listening or Listening()
    os.environ.update(trust_environment(tls) | at.patience.environment())
    serve(
        certified(
            _APPLICATION, host=at.host, port=at.port, workers=at.workers, ssl_context_factory=partial(_context, tls)
        )
    )


def run_behind_proxy(
    *, socket: Path, proxy_header: str, tls: Tls, data_directory: Path, database_url: str = ""
) -> None:
    """Serve on a Unix socket that only the TLS proxy may open; it forwards the certificate in `proxy_header`.

    The proxy must refuse connections without a certificate and erase the header that clients send. Of `tls`, only the
    authorities and lists are used.
    """
    setup(data_directory, database_url)
    os.environ.update(trust_environment(tls) | {"TRAMONTANE_NATIONAL_PROXY_HEADER": proxy_header})
    serve(certified(_APPLICATION, uds=str(socket)))


def certified(application: str, **options: object) -> uvicorn.Config:
    """A server that tells its application who is at the other end of each TLS connection."""
    return uvicorn.Config(
        application,
        factory=True,
        http=CertifiedProtocol,
        ws="none",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        **options,  # type: ignore[arg-type]  # uvicorn's own keywords
    )


def serve(config: uvicorn.Config) -> None:
    """Serve until SIGINT or SIGTERM, in as many processes as configured."""
    if config.workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
    else:
        uvicorn.Server(config).run()


def _context(tls: Tls, _config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    return context(tls)


def trust_environment(tls: Tls) -> dict[str, str]:
    """The variables that `TrustFiles.from_environment` reads; workers inherit them."""
    return {
        "TRAMONTANE_NATIONAL_ANCHORS": str(tls.anchors.absolute()),
        "TRAMONTANE_NATIONAL_INTERMEDIATES": str(tls.intermediates.absolute()) if tls.intermediates else "",
        "TRAMONTANE_NATIONAL_CRLS": str(tls.crls.absolute()) if tls.crls else "",
        "TRAMONTANE_NATIONAL_REQUIRE_CRL": "1" if tls.require_crl else "0",
    }
