"""The order of the walk, from an empty directory to the addresses left open."""

from __future__ import annotations

import os
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from tramontane.cli.entries import PARIS
from tramontane.cli.walk.application import application, show_people
from tramontane.cli.walk.consultations import Consultations, require
from tramontane.cli.walk.national import show_national_pages
from tramontane.cli.walk.preparation import client, prepare
from tramontane.cli.walk.refusals import Refusals
from tramontane.cli.walk.screen import Screen
from tramontane.cli.walk.visit import Visit
from tramontane.client import DmpClient
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_server import Application, is_ready
from tramontane.demo.national_pages import national_pages
from tramontane.demo.processes import free_port, national_server, require_free
from tramontane.demo.workspace import Workspace, write_configuration

_LOGGED_IN = timedelta(minutes=40)


def walk(
    workspace: Workspace,
    console: Console,
    *,
    seed: int,
    port: int = 0,
    stay: bool,
    announce: Callable[[dict[str, Any]], None] = lambda _result: None,
) -> None:
    """Prepare, consult, be refused; then leave the stand-in up until Ctrl-C when `stay`.

    Args:
        port: of the stand-in on the loopback interface; 0 takes a free one.
        announce: told the addresses, files and logins once everything went as announced.

    Raises:
        TramontaneError: the demo could not run, or did not show what it announces.
    """
    screen, started = Screen(console), time.monotonic()
    now = datetime.now(UTC)
    hospital = SyntheticHospital(seed, now.astimezone(PARIS).date())
    screen.say(
        "Tramontane, démonstration. Patients, professionnels, établissements, certificats : tout est fictif, "
        "et rien ne sort de cette machine.",
        "bold",
    )
    with workspace.locked():
        port = require_free(port) if port else free_port()
        screen.title("Préparation")
        prepare(screen, workspace, hospital)
        with (
            national_server(workspace, port) as base_url,
            national_pages(workspace) as pages,
            client(workspace, base_url) as dmp,
        ):
            screen.done(f"Maquette du SI-DMP à l'écoute en TLS mutuel : {base_url}")
            screen.done(f"Pages de la maquette, prêtes : {pages}")
            write_configuration(workspace, hospital, base_url, now - _LOGGED_IN)
            with application(screen, Application(workspace, free_port(), base_url), hospital, now) as url:
                _visits(screen, workspace, hospital, dmp)
                require(is_ready(url), "l'application de l'hôpital ne répond plus")
                _end(screen, workspace, base_url, time.monotonic() - started, stay=stay)
                show_people(screen, hospital, url)
                show_national_pages(screen, pages)
                announce(_result(workspace, base_url, url, seed) | {"national_pages": pages})
                if stay:
                    _until_interrupted(screen)


def _visits(screen: Screen, workspace: Workspace, hospital: SyntheticHospital, dmp: DmpClient) -> None:
    def meet(who: str, patient: str) -> Visit:
        now = datetime.now(PARIS)
        return Visit(dmp, hospital.staff(who), hospital.patient(patient), now - _LOGGED_IN, now)

    consultations = Consultations(screen, workspace.documents)
    refusals = Refusals(screen, meet)
    screen.title("1. Une cardiologue consulte le DMP de sa patiente")
    entries = consultations.physician(meet("rousseau", "jeanne-martin"))
    screen.title("2. Un infirmier consulte le même DMP : il voit moins de types de documents")
    consultations.nurse(meet("benali", "jeanne-martin"), entries)
    screen.title("3. Une pédiatre consulte le DMP d'une patiente mineure")
    consultations.paediatrician(meet("joly", "lea-moreau"))
    screen.title("4. L'établissement refuse lui-même, sans rien envoyer")
    refusals.by_the_hospital()
    screen.title("5. Le SI-DMP répond, l'établissement en tire la conséquence")
    refusals.after_the_answer()
    screen.title("6. Le SI-DMP refuse")
    refusals.by_the_national_side()


def _end(screen: Screen, workspace: Workspace, base_url: str, seconds: float, *, stay: bool) -> None:
    screen.title("Et maintenant")
    screen.done(f"Tout s'est déroulé comme annoncé, en {seconds:.0f} secondes.")
    screen.files(_left_behind(workspace))
    screen.say("Pour continuer :")
    if not stay:
        screen.say(f"  {_program()} demo    (sans --once : la maquette et l'application restent ouvertes)")
    screen.say(f"  {_program()} consult list --ins 254036938301239 --ins-qualifiee --patient-informe")
    screen.say("  Guides : docs/guides/, docs/tutorials/first-consultation.md", "dim")
    if stay:
        screen.say(f"Adresse de la maquette : {base_url}")


def _result(workspace: Workspace, base_url: str, url: str, seed: int) -> dict[str, Any]:
    return {
        "simulation": True,
        "as_announced": True,
        "seed": seed,
        "stand_in": base_url,
        "application": url,
        "files": dict(_left_behind(workspace)),
    }


def _program() -> str:
    """How to call this program from here."""
    return "tramontane" if shutil.which("tramontane") else os.path.relpath(sys.argv[0])


def _left_behind(workspace: Workspace) -> Iterable[tuple[str, str]]:
    yield str(workspace.documents), "documents lus, en page HTML, en CDA et en PDF"
    yield str(workspace.configuration), "configuration de « tramontane consult »"
    yield str(workspace.pki), "certificats de test, sans valeur"
    yield str(workspace.root / "si-dmp.log"), "journal de la maquette"
    yield str(workspace.root / "pages.log"), "journal des pages de la maquette"
    yield str(workspace.root / "application.log"), "journal de l'application de l'hôpital"


def _until_interrupted(screen: Screen) -> None:
    """Ctrl-C, or the end of standard input when it is not a keyboard."""
    screen.say("La maquette et l'application restent ouvertes. Ctrl-C pour les arrêter.", "bold")
    with suppress(KeyboardInterrupt):
        while _still_open():
            pass
    screen.say("Arrêtées.")


def _still_open() -> bool:
    """Wait a second at most: a signal that another thread received is only seen between two waits."""
    if sys.stdin.isatty():
        time.sleep(1)
        return True
    ready, _, _ = select.select([sys.stdin], [], [], 1)
    return not ready or bool(os.read(sys.stdin.fileno(), 4096))
