"""Réserves and the plan of actions that lifts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.rules.homologation import ActionState, Level
from tramontane.ui.document import Block, Bullets, Document, Facts, Heading, Paragraph, Table

_HEADER = ("Action", "Menée par", "Pour le", "Avancement")


def plan(content: Content) -> Document:
    """Each réserve with its actions, then what is not met and carries none."""
    rows = content.values["exigences"]
    blocks: list[Block] = [words.origin(content)]
    for row in rows:
        if row["reserve"]:
            blocks += _reserve(row)
    bare = tuple(
        words.name(row).replace("\n", " ") for row in rows if Level(row["niveau"]).unmet and not row["reserve"]
    )
    if bare:
        blocks += [Heading("Exigences non atteintes, sans réserve écrite"), Bullets(bare)]
    if len(blocks) == 1:
        blocks.append(Paragraph("Aucune réserve : toutes les exigences évaluées sont atteintes ou sans objet."))
    return words.document(content, "Réserves et plan d’actions", *blocks)


def _reserve(row: dict[str, Any]) -> Iterator[Block]:
    reserve = row["reserve"]
    lifted = (("Levée le", words.day(reserve["levee_le"])),) if reserve["levee_le"] else ()
    yield Heading(words.name(row).replace("\n", " "))
    yield Facts((("Réserve", reserve["texte"]), ("À lever avant le", words.day(reserve["echeance"])), *lifted))
    lines = tuple(
        (one["titre"], one["responsable"], words.day(one["echeance"]), ActionState(one["etat"]).label)
        for one in reserve["actions"]
    )
    yield Table((4, 2, 2, 2), _HEADER, lines) if lines else Paragraph("Aucune action prévue.")
