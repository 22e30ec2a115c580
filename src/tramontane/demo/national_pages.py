"""The pages of the stand-in, as a process beside it: over TLS for cards, or in plain HTTP on this machine for personas."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from tramontane.demo.processes import HOST, free_port, require_free, running, wait_for
from tramontane.demo.workspace import Workspace
from tramontane.national import setup
from tramontane.national.pages.serving import Pages, command
from tramontane.national.server import Tls

NAME = "Les pages de la maquette"


@contextmanager
def national_pages(workspace: Workspace) -> Iterator[str]:
    """Serve the workspace's pages with personas, in plain HTTP on this machine; gives their address, stops them on leaving.

    Raises:
        LocalError: they did not start; their own words are in `received`.
    """
    pki = workspace.pki
    tls = Tls(
        certificate=pki / "serveur.crt.pem",
        key=pki / "serveur.key.pem",
        anchors=pki / "racine.pem",
        intermediates=pki / "intermediaires.pem",
        crls=pki / "crl.pem",
    )
    pages = Pages(port=free_port(), plain=True, unsafe_personas=True)
    with _process(pages, command(pages, tls=tls, data_directory=workspace.national), workspace.root / "pages.log"):
        yield pages.url


@contextmanager
def pages_beside(pages: Pages | None, *, tls: Tls, data_directory: Path, database_url: str = "") -> Iterator[str]:
    """Serve pages in a process of their own while the machine face runs in this one; gives their address, or nothing.

    Raises:
        LocalError: they did not start; their own words are in `received`.
    """
    if pages is None:
        yield ""
        return
    require_free(pages.port, pages.host, option="--port-pages")
    setup(data_directory, database_url)
    arguments = command(pages, tls=tls, data_directory=data_directory, database_url=database_url)
    with _process(pages, arguments, data_directory / "pages.log"):
        yield pages.url


@contextmanager
def _process(pages: Pages, arguments: list[str], log: Path) -> Iterator[None]:
    with running([sys.executable, *arguments], log) as server:
        wait_for(server, pages.port, log, NAME, HOST if ip_address(pages.host).is_unspecified else pages.host)
        yield
