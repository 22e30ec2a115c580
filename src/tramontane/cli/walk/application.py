"""The hospital application of the walk: started next to the stand-in, and who may log in to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pyotp
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tramontane.cli.walk.screen import Screen
from tramontane.demo.compose import typographic
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_seeding.personas import PASSPHRASE, Persona, personas
from tramontane.demo.hospital_server import Application, prepare, serving


@contextmanager
def application(screen: Screen, one: Application, hospital: SyntheticHospital, now: datetime) -> Iterator[str]:
    """Prepare and serve the application; gives its address, stops it on leaving."""
    ready = "mise en place" if prepare(one, hospital, now) else "déjà prête depuis une exécution précédente"
    screen.done(f"Base de l'application de l'hôpital : {ready}.")
    with serving(one) as url:
        screen.done(f"Application de l'hôpital, prête : {url}")
        yield url


def show_people(screen: Screen, hospital: SyntheticHospital, url: str) -> None:
    """The address, then who logs in with what."""
    screen.say(f"Application de l'hôpital : {url}", "bold")
    screen.say(f"Phrase de passe de chacun : {PASSPHRASE}")
    screen.console.print(_table([one for one in personas(hospital) if one.shows]))
    screen.say(
        "Un code vaut 30 secondes et sert une fois. Saisissez le secret dans une application d'authentification, "
        "ou affichez les codes du moment dans un autre terminal : tramontane demo --codes"
    )


def show_codes(console: Console, seed: int) -> None:
    """Everyone's code of the moment, without starting anything."""
    Screen(console).say(f"Phrase de passe de chacun : {PASSPHRASE}")
    console.print(_table(personas(SyntheticHospital(seed))))


def _table(people: list[Persona] | tuple[Persona, ...]) -> Table:
    table = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    for heading in ("Identifiant", "Qui", "Ce qu'on y voit", "Secret TOTP", "Code"):
        table.add_column(typographic(heading), no_wrap=heading in ("Identifiant", "Secret TOTP", "Code"))
    for one in people:
        code = pyotp.TOTP(one.secret).now() if one.secret else "–"
        what = typographic(one.shows or one.service)
        table.add_row(Text(one.login, style="bold"), one.display, what, one.secret or "aucun", code)
    return table
