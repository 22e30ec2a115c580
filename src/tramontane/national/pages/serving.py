"""Start the page face: TLS with an optional client certificate, or plain HTTP on the loopback interface for demonstrations."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from tramontane.national.bootstrap import environment
from tramontane.national.server.run import certified, serve, trust_environment
from tramontane.national.server.tls import Tls, context

if TYPE_CHECKING:
    from tramontane.national.pages.gateway import Gateway

_APPLICATION = "tramontane.national.pages.serving:application"


@dataclass(frozen=True, slots=True)
class Pages:
    """Where and how the pages are served.

    Attributes:
        plain: HTTP without TLS, on the loopback interface only: no card can log in there.
        unsafe_personas: anyone logs in as anyone; refused with TRAMONTANE_ENV=production.
    """

    host: str = "127.0.0.1"
    port: int = 8444
    workers: int = 1
    plain: bool = False
    unsafe_personas: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for plain HTTP that another machine could reach."""
        if self.plain and not ip_address(self.host).is_loopback:
            raise ValueError(
                f"Les pages sans TLS ne s’ouvrent que sur l’interface locale (127.0.0.1), pas sur {self.host}."
            )

    @property
    def url(self) -> str:
        """What to type in a browser of this machine."""
        address = ip_address(self.host)
        host = f"[{address}]" if address.version == 6 else str(address)
        if address.is_loopback or address.is_unspecified:
            host = "localhost"
        return f"{'http' if self.plain else 'https'}://{host}:{self.port}/"


def run(pages: Pages, *, tls: Tls, data_directory: Path, database_url: str = "") -> None:
    """Serve until SIGINT or SIGTERM. The schema is the machine face's to migrate.

    Raises:
        django.core.exceptions.ImproperlyConfigured: personas in production.
    """
    os.environ.update(
        environment(data_directory, database_url)
        | trust_environment(tls)
        | {
            "DJANGO_SETTINGS_MODULE": "tramontane.national.pages.settings",
            "TRAMONTANE_NATIONAL_PAGES_URL": pages.url.rstrip("/"),
            "TRAMONTANE_NATIONAL_UNSAFE_PERSONAS": "1" if pages.unsafe_personas else "",
        }
    )
    _prepare()
    secured = {} if pages.plain else {"ssl_context_factory": partial(_context, tls)}
    serve(certified(_APPLICATION, host=pages.host, port=pages.port, workers=pages.workers, **secured))


def command(pages: Pages, *, tls: Tls, data_directory: Path, database_url: str = "") -> list[str]:
    """The arguments that make a Python interpreter serve these pages in a process of its own (`pages.__main__`)."""
    options = {
        "--host": pages.host,
        "--port": pages.port,
        "--workers": pages.workers,
        "--data": data_directory.absolute(),
        "--database-url": database_url,
        "--certificate": tls.certificate.absolute(),
        "--key": tls.key.absolute(),
        "--anchors": tls.anchors.absolute(),
        "--intermediates": tls.intermediates and tls.intermediates.absolute(),
        "--crls": tls.crls and tls.crls.absolute(),
    }
    flags = {"--plain": pages.plain, "--unsafe-personas": pages.unsafe_personas, "--no-crl": not tls.require_crl}
    return [
        "-m",
        "tramontane.national.pages",
        *(text for name, value in options.items() if value for text in (name, str(value))),
        *(name for name, wanted in flags.items() if wanted),
    ]


def application() -> Gateway:
    """The application of one worker process."""
    from tramontane.national.pages.gateway import Gateway
    from tramontane.national.pages.wsgi import application as wsgi

    return Gateway(wsgi)


def _prepare() -> None:
    """Read the settings, which may refuse, and draw the seal: before any worker starts."""
    import django

    django.setup()
    from tramontane.national.pages import seal

    seal.prepare()


def _context(tls: Tls, *_: object) -> ssl.SSLContext:
    made = context(tls)
    # No certificate: the page of welcome. One that chains to no anchor: no connection at all.
    made.verify_mode = ssl.CERT_OPTIONAL
    return made
