"""The procès-verbal: the two wordings of the model and of the mention, and what the webinar asks to appear in it.

« Les réserves et plans d'action devront apparaître dans le PV de l'auto-homologation. » (webinaire n° 4)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.rules.homologation import Level
from tramontane.ui.document import Block, Bullets, Document, Heading, Paragraph, Signature, Table

_SIGN = "Date et signature du responsable de la structure ou de son représentant"


def pv(content: Content) -> Document:
    """The PV to sign.

    Raises:
        KeyError: the commission has not homologated yet.
    """
    said = content.values["pv"]
    blocks = (
        Paragraph(said["prononce"]),
        *_perimeters(content),
        *_reserves(content),
        Heading(said["titre_identifiants"].rstrip(": \u00a0")),
        Bullets(tuple(said["identifiants"])),
        *_sitting(content.values["commission"]),
        Heading("Décision"),
        Signature(_SIGN, said["signataire"], said["mention"]),
        *_levels(content),
    )
    return words.document(content, said["titre"], *blocks)


def _perimeters(content: Content) -> Iterator[Block]:
    """« mentionner et expliciter les étapes et le calendrier du déploiement généralisé » (webinaire, FAQ)."""
    rows = [row for row in content.values["exigences"] if row["niveau"] == Level.COMPLIANT_ON_PERIMETER]
    if rows:
        yield Heading("Exigences atteintes sur un périmètre")
        cells = tuple((row["libelle"], row["perimetre"], row["etapes"], row["calendrier"]) for row in rows)
        yield Table((0, 3, 3, 2), ("Exigence", "Périmètre", "Étapes", "Calendrier"), cells)


def _reserves(content: Content) -> Iterator[Block]:
    rows = words.reserved(content)
    if rows:
        yield Heading("Réserves et plan d’actions")
        yield Table((0, 3, 2, 4), ("Exigence", "Réserve", "À lever avant le", "Actions"), tuple(map(_reserve, rows)))


def _reserve(row: dict[str, Any]) -> tuple[str, ...]:
    reserve = row["reserve"]
    return row["libelle"], reserve["texte"], words.day(reserve["echeance"]), words.actions(reserve)


def _sitting(commission: dict[str, Any]) -> Iterator[Block]:
    yield Heading(f"Commission du {words.day(commission['date'])}")
    members = tuple(
        (one["nom"], one["qualite"], _PRESENCE[one["present"]], one["avis"] or words.NOTHING)
        for one in commission["membres"]
    )
    yield Table((3, 3, 0, 0), ("Participant", "Qualité", "Présence", "Avis"), members)
    yield Paragraph(commission["risques"])


_PRESENCE = {True: "oui", False: "non", None: "non notée"}


def _levels(content: Content) -> Iterator[Block]:
    rows = content.values["exigences"]
    yield Heading(f"Niveau d’atteinte des {len(rows)} exigences")
    cells = tuple((row["libelle"], row["titre"] or words.NOTHING, words.level(row)) for row in rows)
    yield Table((0, 3, 2), ("Exigence", "Objet", "Niveau"), cells)
