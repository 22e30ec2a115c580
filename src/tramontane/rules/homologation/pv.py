"""The words of the PV, from the sentences of the référentiel: singular and plural, with and without réserves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tramontane.rules.homologation.words import NBSP, long_date
from tramontane.rules.referentiels import Referentiel


@dataclass(frozen=True, slots=True)
class PvFacts:
    """What the PV names.

    Attributes:
        structure, identifiant_juridique: the establishment, and its FINESS juridique.
        signataire: the head of the establishment, or the person they empowered.
        soussigne: « soussigné » as in the model of PV, or « soussignée ».
        sitting: the day of the commission.
        reserves: their texts, in the order of the référentiel.
        identifiants: legal identifiers carried by the certificates used in AIR simplifié.
    """

    structure: str
    identifiant_juridique: str
    signataire: str
    sitting: date
    months: int
    reserves: tuple[str, ...] = ()
    identifiants: tuple[str, ...] = ()
    soussigne: str = "soussigné"


@dataclass(frozen=True, slots=True)
class PvWords:
    """The PV in words: what the preview, the PDF and the Word file all show.

    Attributes:
        prononce: the paragraph of the model of PV.
        mention: the sentence that must be written at the signature.
    """

    titre: str
    entete: tuple[str, str]
    prononce: str
    mention: str
    titre_identifiants: str
    identifiants: tuple[str, ...]


def pv_words(referentiel: Referentiel, facts: PvFacts) -> PvWords:
    """The words of the PV.

    Raises:
        ValueError: the référentiel does not give its sentences or its version, or no identifier is given.
    """
    regles = referentiel.regles
    if regles.prononce is None or regles.mention is None or not referentiel.version:
        raise ValueError("le libellé ou la version du référentiel n’est pas connu : le PV ne s’écrit pas")
    if not facts.identifiants:
        raise ValueError("le PV liste au moins un identifiant juridique porté par un certificat")
    return PvWords(
        titre=regles.titre_pv,
        entete=(facts.structure, facts.identifiant_juridique),
        prononce=_filled(
            regles.prononce,
            date=long_date(facts.sitting),
            soussigne=facts.soussigne,
            signataire=facts.signataire,
            structure=facts.structure,
            referentiel=referentiel.nom,
            version=referentiel.version,
            mois=str(facts.months),
            reserves=_reserves(referentiel, facts.reserves),
        ),
        mention=mention(referentiel, facts.months, facts.reserves),
        titre_identifiants=_typeset(regles.titre_identifiants),
        identifiants=facts.identifiants,
    )


def mention(referentiel: Referentiel, months: int, reserves: Sequence[str]) -> str:
    """« Le service est homologué pour 12 mois, avec les réserves suivantes : … ».

    Raises:
        ValueError: the référentiel does not give the sentence.
    """
    if referentiel.regles.mention is None:
        raise ValueError("la mention du référentiel n’est pas connue")
    return _filled(referentiel.regles.mention, mois=str(months), reserves=_reserves(referentiel, reserves))


def _reserves(referentiel: Referentiel, reserves: Sequence[str]) -> str:
    """« , avec les réserves suivantes : a ; b », or nothing."""
    if not reserves:
        return ""
    regles = referentiel.regles
    form = regles.mention_reserves if len(reserves) > 1 else regles.mention_reserve or regles.mention_reserves
    return _filled(form or "", liste=f"{NBSP}; ".join(text.strip().rstrip(".") for text in reserves))


def _filled(sentence: str, **values: str) -> str:
    """The sentence with its values, put in once: a value that holds braces stays what it is."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], _typeset(sentence))


def _typeset(sentence: str) -> str:
    """French non-breaking spaces in a sentence of the référentiel; its words are left as they are."""
    spaced = re.sub(r" (?=[:;?!»])", NBSP, sentence)
    return re.sub(r"(?<=«) |(?<=\}) (?=mois\b)", NBSP, spaced)
