"""Forms shared by the documents: dates, levels, what a document is drawn from."""

from __future__ import annotations

from datetime import date
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.snapshot import carried
from tramontane.rules.homologation import ActionState, Level
from tramontane.rules.homologation.words import NBSP, long_date
from tramontane.ui.document import Document, Facts

NOTHING = "—"


def day(iso: str) -> str:
    """« 1er mars 2027 »; a dash for nothing."""
    return long_date(date.fromisoformat(iso)) if iso else NOTHING


def level(row: dict[str, Any]) -> str:
    """The level of an exigence in words; a computed one says what it waits for."""
    if Level(row["niveau"]) is Level.NOT_ASSESSED and row["etat"]:
        state = str(row["etat"])
        return state[:1].upper() + state[1:]
    return Level(row["niveau"]).label


def name(row: dict[str, Any]) -> str:
    """« EXI 04 Logiciel métier homologué »."""
    return f"{row['libelle']}\n{row['titre']}".strip()


# Field of a snapshot → level it is said with, and its label.
_SAID_WITH = {
    "perimetre": (Level.COMPLIANT_ON_PERIMETER, "Périmètre"),
    "etapes": (Level.COMPLIANT_ON_PERIMETER, "Étapes"),
    "calendrier": (Level.COMPLIANT_ON_PERIMETER, "Calendrier"),
    "motif": (Level.NOT_APPLICABLE, "Sans objet"),
}


def precisions(row: dict[str, Any]) -> list[str]:
    """What the level of an exigence is said with; not what a level it had before was."""
    return [
        f"{label}{NBSP}: {row[name]}" for name, (at, label) in _SAID_WITH.items() if row[name] and row["niveau"] == at
    ]


def proofs(row: dict[str, Any]) -> str:
    """The proofs of an exigence, one a line."""
    return "\n".join(_proof(one) for one in row["preuves"]) or NOTHING


def _proof(one: dict[str, Any]) -> str:
    return f"{one['titre']} (révision {one['revision']}, depuis le {day(one['du'])})"


def actions(reserve: dict[str, Any]) -> str:
    """The actions of a réserve, one a line."""
    lines = [
        f"{one['titre']}, {one['responsable']}, pour le {day(one['echeance'])}"
        f"{NBSP}: {ActionState(one['etat']).label.casefold()}"
        for one in reserve["actions"]
    ]
    return "\n".join(lines) or NOTHING


def reserved(content: Content) -> list[dict[str, Any]]:
    """The exigences whose réserve the PV carries."""
    return [row for row in content.values["exigences"] if carried(row)]


def document(content: Content, title: str, *blocks: Any, notice: str = "") -> Document:
    """A document of this dossier."""
    number = content.values["dossier"]
    return Document(title, content.letterhead, blocks, f"Dossier n°{NBSP}{number}", notice)


def origin(content: Content) -> Facts:
    """What the document is drawn from, and when."""
    drawn = "Figé à la signature du procès-verbal, le" if content.signed else "État du dossier au"
    referentiel = content.referentiel
    return Facts(
        (
            ("Référentiel", referentiel.nom),
            ("Version", referentiel.version or "à relever dans le texte officiel"),
            ("Empreinte des données", referentiel.sha256),
            (drawn, f"{long_date(content.at.date())} à {content.at.hour}{NBSP}h{NBSP}{content.at.minute:02}"),
        )
    )
