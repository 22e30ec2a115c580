"""The objectives as data: wording by year, what is counted, and every parameter that no official text settles.

Field names are those of the data file, in the French of the field.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A frozen value of the data file; a key it does not know is refused."""


class Population(StrEnum):
    """Over whom a figure is counted."""

    NOBODY = "aucune"
    USERS = "utilisateurs"
    RPPS_PROFESSIONS = "professions_rpps"
    DOCTORS_NURSES = "medecins_ide"
    ENTITLED = "habilites"
    FLOW = "flux"


class Target(_Data, frozen=True):
    """What one year asks for.

    Attributes:
        texte: verbatim from the webinar.
        seuil: share to reach, 0 to 1; None when the year asks for a document.
        sans_reserve, automatique, compte: what this year asks for beyond the others.
    """

    texte: str
    population: Population
    seuil: float | None = None
    sans_reserve: bool = False
    automatique: bool = False
    compte: Literal["", "equipes", "authentifies"] = ""


class Measure(_Data, frozen=True):
    """How it is counted, in words; `genre` names the function that counts (`measures.MEASURES`)."""

    genre: Literal["document", "taux", "mouvements", "capacite", "flux"]
    formule: str
    numerateur: str
    denominateur: str
    exclusions: str


class Objective(_Data, frozen=True):
    """One line of the webinar's table. `cibles` is by year."""

    id: str
    categorie: str
    libelle: str
    cibles: dict[str, Target]
    mesure: Measure
    obligatoire: bool = False
    parametres: tuple[str, ...] = ()


class Parameter(_Data, frozen=True):
    """What no official text of ours settles: the readings offered, the one taken by default."""

    libelle: str
    inconnu: str
    choix: dict[str, str]
    defaut: str


class Source(_Data, frozen=True):
    """Where the wording comes from."""

    document: str
    date: date
    statut: str


class Condition(_Data, frozen=True):
    """One letter of DICAH, verbatim."""

    cle: Literal["D", "I", "C", "A", "H"]
    libelle: str


class Milestone(_Data, frozen=True):
    """A date of the webinar; `note` says what is not known of it."""

    jour: date
    titre: str
    note: str = ""


class Proof(_Data, frozen=True):
    """One document of a proof file.

    Attributes:
        nature: deposited by hand, drawn from the statements, or a signed PV of this application.
        cite: the webinar names it; otherwise it is our reading of the wording.
        modele: a template is offered.
    """

    cle: str
    objectif: str
    annees: tuple[str, ...]
    titre: str
    nature: Literal["depot", "releve", "pv_dmp", "pv_rie"]
    cite: bool = False
    modele: bool = False


class Professions(_Data, frozen=True):
    """Codes of TRE_G15."""

    a_ordre: frozenset[str]
    medecins_ide: frozenset[str]


class Definitions(_Data, frozen=True):
    """The whole file."""

    source: Source
    objectifs: tuple[Objective, ...]
    parametres: dict[str, Parameter]
    professions: Professions
    dicah: tuple[Condition, ...]
    calendrier: tuple[Milestone, ...]
    preuves: tuple[Proof, ...]

    def objectif(self, name: str) -> Objective:
        """The objective of this number.

        Raises:
            KeyError: there is none.
        """
        return {one.id: one for one in self.objectifs}[name]


YEARS = ("2026", "2027", "2028")


@cache
def definitions() -> Definitions:
    """The definitions shipped with this version."""
    text = files("tramontane.rules.referentiels").joinpath("objectives.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Definitions)


class UnknownReading(ValueError):
    """A parameter, or a reading of it, that this version does not offer."""


def reading(chosen: dict[str, str] | None = None) -> dict[str, str]:
    """Every parameter with its value: the default, or what an establishment chose.

    Raises:
        UnknownReading: a parameter or a value outside the table.
    """
    offered = definitions().parametres
    for name, value in (chosen or {}).items():
        if name not in offered or value not in offered[name].choix:
            raise UnknownReading(f"Le paramètre « {name} » n’admet pas la valeur « {value} ».")
    return {name: (chosen or {}).get(name, one.defaut) for name, one in offered.items()}
