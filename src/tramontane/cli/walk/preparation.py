"""Before the walk: certificates, the national side and its documents, the client."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tramontane.cli.walk.screen import Screen
from tramontane.client import (
    DmpClient,
    Endpoint,
    HospitalIdentity,
    PrivateKeySigner,
    ServerTrust,
    Setting,
    TlsCredentials,
)
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.plans import DOCUMENTS
from tramontane.demo.processes import database_unavailable
from tramontane.demo.structures import HOSPITAL
from tramontane.demo.workspace import SOFTWARE, Workspace, write_pki
from tramontane.dmp.signature import pem_certificates, pem_crls


def prepare(screen: Screen, workspace: Workspace, hospital: SyntheticHospital) -> None:
    """Draw a test PKI; fill the national side unless it already holds this very hospital."""
    write_pki(workspace.pki, datetime.now(UTC))
    screen.done(
        "Certificats de test : une racine, le certificat d'authentification TLS, le cachet qui signe, leurs listes de révocation."
    )
    if workspace.is_seeded(hospital):
        screen.done("Dossiers nationaux : déjà prêts depuis une exécution précédente.")
        return
    workspace.begin_seeding()
    _seed(screen, workspace, hospital)
    workspace.end_seeding(hospital)
    screen.done(f"Dossiers nationaux : {len(hospital.patients)} patients, {DOCUMENTS} documents, tous fictifs.")


def client(workspace: Workspace, base_url: str) -> DmpClient:
    """The hospital's client, from the files of the workspace."""
    trust = ServerTrust(
        pem_certificates(_read(workspace, "racine.pem")),
        pem_certificates(_read(workspace, "intermediaires.pem")),
        pem_crls(_read(workspace, "crl.pem")),
    )
    identity = HospitalIdentity(
        HOSPITAL.finess,
        TlsCredentials.from_pem(*_pair(workspace, "authentification")),
        PrivateKeySigner.from_pem(*_pair(workspace, "signature")),
    )
    return DmpClient(Setting(identity, Endpoint(base_url, trust), SOFTWARE))


def _seed(screen: Screen, workspace: Workspace, hospital: SyntheticHospital) -> None:
    from django.db import Error as DatabaseError

    from tramontane.national import setup

    try:
        setup(workspace.national)
        _pour(screen, hospital)
    except DatabaseError as error:
        raise database_unavailable(error) from error


def _pour(screen: Screen, hospital: SyntheticHospital) -> None:
    from tramontane.demo.seeding import seed_national

    screen.say(f"  Écriture de {DOCUMENTS} documents, une dizaine de secondes…", "dim")
    bar = Progress(
        TextColumn("  Écriture des documents"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen.console,
        transient=True,
        disable=not screen.console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=DOCUMENTS)
        seed_national(hospital, progress=lambda count: bar.update(task, completed=count))


def _pair(workspace: Workspace, name: str) -> tuple[bytes, bytes]:
    return _read(workspace, f"{name}.crt.pem"), _read(workspace, f"{name}.key.pem")


def _read(workspace: Workspace, name: str) -> bytes:
    return (workspace.pki / name).read_bytes()
