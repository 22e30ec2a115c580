"""The pages of the stand-in in the walk: their address, and whom one may be there."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from tramontane.cli.walk.screen import Screen
from tramontane.demo.compose import typographic

_PERSONAS = (
    (
        "Représentant légal",
        "Centre hospitalier des Trois Vallées",
        "signer le contrat AIR du site gériatrique, qui n'en a pas",
    ),
    (
        "Agent de la CNAM",
        "Agent de contrôle",
        "examiner une alerte, suspendre un site ou un professionnel, importer un annuaire",
    ),
    (
        "Formateur, exploitant",
        "Opérateur de la maquette",
        "jouer une journée de trafic avec anomalies, suivre les échanges, expliquer un refus, jouer une panne",
    ),
    ("Patiente", "Martin Jeanne Marie", "voir qui a consulté son dossier, masquer, bloquer, fermer"),
)


def show_national_pages(screen: Screen, url: str) -> None:
    """The address, then who is who: personas prove nothing, there is no password."""
    screen.say(f"Pages de la maquette (portail AIR, liste blanche, Mon espace santé) : {url}", "bold")
    table = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    for heading in ("Rôle", "Personnage, sans mot de passe", "Ce qu'on peut y faire"):
        table.add_column(typographic(heading))
    for role, name, deed in _PERSONAS:
        table.add_row(Text(role, style="bold"), typographic(name), typographic(deed))
    screen.console.print(table)
