"""What a référentiel is: exigences with the status of their text, and the rules a decision follows, all of it data.

Field names are those of the data file, in the French of the field.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import cached_property
from typing import Literal

import msgspec


class TexteStatut(StrEnum):
    """How far the wording of an exigence may be trusted."""

    OFFICIEL = "officiel"
    WEBINAIRE = "webinaire"
    PARAPHRASE = "paraphrase"
    A_SAISIR = "a_saisir"

    @property
    def libelle(self) -> str:
        """In words, as every screen and document shows it."""
        return _STATUTS[self]


_STATUTS = {
    TexteStatut.OFFICIEL: "texte officiel",
    TexteStatut.WEBINAIRE: "texte cité par le webinaire de l’ANS",
    TexteStatut.PARAPHRASE: "paraphrase : texte officiel à saisir",
    TexteStatut.A_SAISIR: "texte officiel à saisir",
}


class Computation(StrEnum):
    """What an exigence nobody ticks is computed from."""

    HOMOLOGATION_SIGNEE = "homologation_signee"


class StepCondition(StrEnum):
    """What makes a step towards the contract done."""

    EXIGENCES_ATTEINTES = "exigences_atteintes"
    AUTO_EVALUATION = "auto_evaluation"
    SUPPORT = "support"
    COMMISSION = "commission"
    PV = "pv"


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen value of the data file; a key it does not know is refused."""


class Source(_Data, frozen=True, kw_only=True):
    """Where the texts come from.

    Attributes:
        document, reference, url: the source, and the text that approves it.
        sha256: digest of the file the texts were read in, hexadecimal; empty when there is no file.
        releve_par, releve_le: who copied the official text, and when (ISO date).
    """

    document: str
    reference: str = ""
    url: str = ""
    sha256: str = ""
    releve_par: str = ""
    releve_le: str = ""


class Dimension(_Data, frozen=True, kw_only=True):
    """A chapter the exigences are shown under."""

    cle: str
    libelle: str
    portee: str = ""
    certitude: str = ""


class Exigence(_Data, frozen=True, kw_only=True):
    """One numbered exigence.

    Attributes:
        id: identifier inside its référentiel, e.g. `exi-23`.
        libelle: how people call it, e.g. « EXI 23 ».
        texte: its wording; None while nobody entered it.
        reformulation: what another source says of it, shown beside the text and never merged with it.
        dimension: key of a dimension; None: unknown.
        dimension_deduite: the dimension is a deduction, not a statement of the source.
        perimetre_admis: may be met on a stated perimeter, with its steps and calendar.
        calculee: computed, never assessed by a person.
        collecteurs: names of the collectors of machine evidence.
        jalons: what is expected by milestone (year → text), for a référentiel of objectives.
    """

    id: str
    libelle: str
    titre: str = ""
    texte: str | None = None
    texte_statut: TexteStatut = TexteStatut.A_SAISIR
    reformulation: str = ""
    dimension: str | None = None
    dimension_deduite: bool = False
    concerne: str = ""
    perimetre_admis: bool = False
    calculee: Computation | None = None
    preuves_types: tuple[str, ...] = ()
    parties_prenantes: tuple[str, ...] = ()
    collecteurs: tuple[str, ...] = ()
    jalons: dict[str, str] = {}
    source: str = ""
    remarque: str = ""


class SectionSupport(_Data, frozen=True, kw_only=True):
    """A part the support documentaire must have.

    Attributes:
        calculee: drawn from the assessments, nobody writes it.
        dans: key of the part it details; empty: a part of its own.
    """

    cle: str
    titre: str
    calculee: bool = False
    dans: str = ""


class Etape(_Data, frozen=True, kw_only=True):
    """One step towards the contract."""

    libelle: str
    condition: StepCondition
    exigences: tuple[str, ...] = ()


class Regles(_Data, frozen=True, kw_only=True):
    """What a decision against this référentiel follows.

    Attributes:
        duree_max_mois: longest homologation, in months; None: unknown.
        mention, mention_reserves: the sentence of the PV; None: unknown.
        prononce, prononce_reserves: the paragraph of the PV; None: unknown.
        bloquantes: exigences that admit no réserve and must be met to contract.
        prealables_commission: exigences that must be met before the commission opens.
    """

    duree_max_mois: int | None = None
    mention: str | None = None
    mention_reserve: str | None = None
    mention_reserves: str | None = None
    prononce: str | None = None
    titre_pv: str = ""
    titre_identifiants: str = ""
    formule_risques: str = ""
    bloquantes: tuple[str, ...] = ()
    prealables_commission: tuple[str, ...] = ()
    support: tuple[SectionSupport, ...] = ()
    etapes: tuple[Etape, ...] = ()


class Referentiel(_Data, frozen=True, kw_only=True, dict=True):
    """A référentiel at one version. Equal content, equal `sha256`.

    Attributes:
        id: namespace of its exigences, e.g. `dmp`.
        version: the official version, printed in the PV; None while nobody entered it.
        edition: which edition of our data file this is.
        actif: a dossier may be opened on it.
    """

    schema: Literal[1]
    id: str
    nom: str
    sigle: str
    version: str | None = None
    edition: str
    actif: bool = True
    source: Source
    dimensions: tuple[Dimension, ...] = ()
    regles: Regles = Regles()
    exigences: tuple[Exigence, ...]
    remarque: str = ""

    def key(self, exigence: Exigence) -> str:
        """The identifier of an exigence among all référentiels: `dmp:exi-23`."""
        return f"{self.id}:{exigence.id}"

    @cached_property
    def by_key(self) -> dict[str, Exigence]:
        """Every exigence under its full identifier, in the order of the référentiel."""
        return {self.key(exigence): exigence for exigence in self.exigences}

    @cached_property
    def sha256(self) -> str:
        """Digest of the content in canonical JSON, hexadecimal: what a dossier is pinned to."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def bloquante(self, exigence: Exigence) -> bool:
        """Whether the exigence admits no réserve."""
        return exigence.id in self.regles.bloquantes

    @cached_property
    def assessed(self) -> tuple[Exigence, ...]:
        """The exigences a person assesses: all but the computed ones."""
        return tuple(exigence for exigence in self.exigences if exigence.calculee is None)

    def dimension_of(self, exigence: Exigence) -> Dimension | None:
        """The dimension of an exigence, None when unknown."""
        return next((one for one in self.dimensions if one.cle == exigence.dimension), None)
