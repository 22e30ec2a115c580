"""Plain values of a dossier, as `snapshot` gives them, without a database: what documents are drawn from."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from support.homologation_facts import dmp
from tramontane.hospital.homologation.documents.content import Content
from tramontane.rules.homologation import PvFacts, pv_words
from tramontane.ui.document import Letterhead

AT = datetime(2026, 11, 23, 15, 30, tzinfo=ZoneInfo("Europe/Paris"))
SECTIONS = (
    "systemes",
    "identification",
    "acces",
    "prechargement",
    "tracabilite",
    "sensibilisation",
    "risques",
    "violation",
)


def exigence(name: str, level: str = "conforme", **changes: Any) -> dict[str, Any]:
    """One exigence as frozen."""
    known = dmp().by_key[f"dmp:{name}"]
    proof = {
        "preuve": 7, "titre": "Compte rendu", "nature": "fichier", "revision": 1, "fichier": "cr.pdf", "adresse": "",
        "sha256": "0" * 64, "du": "2026-06-01", "au": "", "resultat": "",
    }  # fmt: skip
    row = {
        "id": name, "libelle": known.libelle, "titre": known.titre, "texte": known.texte,
        "texte_statut": known.texte_statut.value, "dimension": known.dimension, "niveau": level, "etat": "atteinte",
        "perimetre": "", "etapes": "", "calendrier": "", "motif": "", "parties_prenantes": ["RSSI"],
        "responsable": "Zoé Roux", "preuves": [proof], "reserve": None,
    }  # fmt: skip
    return row | changes


def reserve(text: str = "Journal des habilitations à tenir", **changes: Any) -> dict[str, Any]:
    """A réserve with one action."""
    action = {"titre": "Écrire la procédure", "responsable": "RSSI", "echeance": "2027-02-01", "etat": "en_cours"}
    return {"texte": text, "echeance": "2027-03-31", "levee_le": "", "actions": [action]} | changes


def values(*rows: dict[str, Any], months: int = 12, identifiants: tuple[str, ...] = ("010000001",)) -> dict[str, Any]:
    """A whole dossier, every exigence met but those given."""
    given = {row["id"]: row for row in rows}
    lines = [
        given.get(one.id) or exigence(one.id, "non_evaluee" if one.calculee else "conforme") for one in dmp().exigences
    ]
    lines[-1] |= {"etat": "en attente de la signature du PV", "preuves": []}
    reserves = tuple(f"{row['libelle']}, {row['reserve']['texte']}" for row in lines if row["reserve"])
    facts = PvFacts(
        "Centre hospitalier d’Essai",
        "010000001",
        "Anne Mercier",
        AT.date(),
        months,
        reserves,
        identifiants,
        "soussignée",
    )
    said = pv_words(dmp(), facts)
    member = {
        "nom": "Anne Mercier",
        "qualite": "Responsable de l’établissement",
        "present": True,
        "avis": "Favorable",
        "commentaire": "",
    }
    return {
        "structure": {"nom": "Centre hospitalier d’Essai", "finess_juridique": "010000001"},
        "dossier": 3,
        "referentiel": {"id": "dmp", "nom": dmp().nom, "version": "1.0", "edition": "essai", "sha256": dmp().sha256},
        "pv": {
            "titre": said.titre, "prononce": said.prononce, "mention": said.mention,
            "titre_identifiants": said.titre_identifiants, "identifiants": list(said.identifiants), "signataire": "Anne Mercier",
        },
        "commission": {
            "date": "2026-11-23", "lieu": "Salle du conseil",
            "membres": [member, member | {"nom": "Claire Dubois", "qualite": "RSSI", "avis": ""}],
            "risques": "Le passage en revue des risques significatifs résiduels met en évidence que les risques sont acceptés.",
            "decision": "homologue", "mois": months, "motif": "", "decidee_le": "2026-11-23T14:00:00Z",
        },
        "support": {key: f"Texte de la partie {key}." for key in SECTIONS},
        "exigences": lines,
    }  # fmt: skip


def content(
    *rows: dict[str, Any], name: str = "Centre hospitalier d’Essai", signed: bool = False, **more: Any
) -> Content:
    """The same as documents receive it."""
    head = Letterhead(name, "FINESS juridique 010000001")
    return Content(values(*rows, **more), dmp(), head, AT, signed)
