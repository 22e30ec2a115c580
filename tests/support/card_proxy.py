"""nginx in front of the application as in production: one port for everyone, one that asks for a card."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from django.db import connection

from support.needs import missing
from support.pki import pki
from tramontane.demo.pki import Credentials, pem

CHANNEL_KEY = "a" * 20 + "Z" * 20

# Around the servers of the guide, what Debian's own nginx.conf says otherwise.
GUIDE = Path(__file__).parents[2] / "docs/guides/hopital/cartes-cpx.md"
AROUND = """
user root; daemon off; pid {root}/nginx.pid; error_log {root}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {root}/b; proxy_temp_path {root}/p;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  ssl_certificate {root}/server.crt; ssl_certificate_key {root}/server.key;
  {servers}
}}
"""

# An empty installation, with one entity and the accounts asked for (login, RPPS), made by the application's own code.
SEED = """
import sys, django
django.setup()
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, GeographicEntity, LegalEntity
entity = LegalEntity.objects.create(finess_juridique="690000001", name="CH des Monts")
GeographicEntity.objects.create(legal_entity=entity, finess_geographique="690000019", name="Site")
for login, rpps in zip(sys.argv[1::2], sys.argv[2::2]):
    Account.objects.create(legal_entity=entity, login=login, family_name="Libre", given_name="Max", rpps=rpps,
                           roles=["admissions"], created_at=clock.now(), password="!")
"""


@dataclass(frozen=True)
class Proxied:
    """The application behind its proxy."""

    root: Path
    port: int
    card_port: int

    def context(self, card: Credentials | None = None) -> ssl.SSLContext:
        """TLS as a browser does it, with a card or none."""
        context = ssl.create_default_context(cafile=str(self.root / "anchors.pem"))
        if card is not None:
            for name, content in (("card.crt", card.certificate_pem), ("card.key", card.key_pem())):
                (self.root / name).write_bytes(content)
            context.load_cert_chain(self.root / "card.crt", self.root / "card.key")
        return context


@contextmanager
def behind_nginx(root: Path, *accounts: str) -> Iterator[Proxied]:
    """nginx and the application on a Unix socket; `accounts`: login, RPPS, login, RPPS…"""
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        missing("nginx", "nginx-light")
    made = Proxied(root, *_free_ports())
    environment = _prepare(made)
    (root / "data").mkdir()
    copy_of_the_test_database(root / "data" / "hospital.sqlite3")
    subprocess.run([sys.executable, "-c", SEED, *accounts], env=environment, check=True, capture_output=True)
    application = [
        sys.executable,
        "-c",
        "from tramontane.cli import main; main()",
        "hospital",
        "serve",
        "--socket",
        str(root / "app.sock"),
    ]
    proxy = [nginx, "-c", str(root / "nginx.conf"), "-p", str(root)]
    with (root / "application.log").open("wb") as log:
        running = [
            subprocess.Popen(command, env=environment, stdout=log, stderr=log) for command in (application, proxy)
        ]
    try:
        _wait(root / "app.sock")
        yield made
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)


def copy_of_the_test_database(path: Path) -> None:
    """The schema that this run already made (a test marked `django_db`): migrating again would cost seconds."""
    if connection.vendor != "sqlite":
        pytest.skip("the application of this test runs on SQLite; the other run of the suite covers it")
    with sqlite3.connect(connection.settings_dict["NAME"]) as made, sqlite3.connect(path) as copy:
        made.backup(copy)


def _prepare(made: Proxied) -> dict[str, str]:
    """Certificates, the proxy's configuration, the operator's door; the environment of the application."""
    root, known = made.root, pki()
    (root / "server.crt").write_bytes(known.server.certificate_pem)
    (root / "server.key").write_bytes(known.server.key_pem())
    (root / "anchors.pem").write_bytes(pem(*known.anchors))
    (root / "cards.pem").write_bytes(pem(*known.anchors, known.demo.persons.certificate))
    (root / "cards.crl.pem").write_bytes(pem(*known.crls))
    (root / "nginx.conf").write_text(AROUND.format(root=root, servers=_guide_servers(made)))
    door = {
        "address": f"https://localhost:{made.card_port}",
        "authorities": str(root / "cards.pem"),
        "crl": str(root / "cards.crl.pem"),
        "channel_key_env": "CHANNEL_KEY",
    }
    (root / "door.yaml").write_text(yaml.safe_dump(door))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TRAMONTANE_")}
    return clean | {
        "DJANGO_SETTINGS_MODULE": "tramontane.hospital.config.settings",
        "TRAMONTANE_BASE_URL": f"https://localhost:{made.port}",
        "TRAMONTANE_DATA_DIRECTORY": str(root / "data"),
        "TRAMONTANE_TRUSTED_PROXY_SOCKET": str(root / "app.sock"),
        "TRAMONTANE_CARD_DOOR": str(root / "door.yaml"),
        "CHANNEL_KEY": CHANNEL_KEY,
    }


def _guide_servers(made: Proxied) -> str:
    """The configuration that the guide shows, with this test's ports and paths and nothing else changed."""
    shown = GUIDE.read_text(encoding="utf-8").split("```nginx\n")[1].split("```")[0]
    here = {
        "listen 443": f"listen 127.0.0.1:{made.port}",
        "listen 8443": f"listen 127.0.0.1:{made.card_port}",
        "https://dmp.ch-exemple.fr": f"https://localhost:{made.port}",
        "dmp.ch-exemple.fr": "localhost",
        "/etc/tramontane/cartes.pem": str(made.root / "cards.pem"),
        "/run/tramontane/app.sock": str(made.root / "app.sock"),
        "CLE_DU_CANAL": CHANNEL_KEY,
    }
    for theirs, ours in here.items():
        assert theirs in shown, theirs
        shown = shown.replace(theirs, ours)
    return shown


def _wait(path: Path) -> None:
    for _ in range(1800):
        with socket.socket(socket.AF_UNIX) as attempt:
            if path.exists() and attempt.connect_ex(str(path)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError((path.parent / "application.log").read_text(errors="replace")[-1500:])


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
