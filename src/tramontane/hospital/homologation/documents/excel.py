"""The two sheets of the webinar's tool, « Exigences » and « Réserves et plan d'actions », keyed by identifier."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.rules.homologation import ActionState, Level
from tramontane.rules.referentiels import Exigence
from tramontane.ui import workbook
from tramontane.ui.workbook import Column, Sheet, Value

EXIGENCES, RESERVES = "Exigences", "Réserves et plan d'actions"
LEVELS = {level.value: level.label for level in Level}
STATES = {state.value: state.label for state in ActionState}
# Heading → field of `rules.homologation.Assessment`.
SAID = {
    "Périmètre": "perimeter",
    "Étapes": "steps",
    "Calendrier": "calendar",
    "Motif si sans objet": "reason",
    "Responsable": "owner",
}
_FROZEN = {
    "perimeter": "perimetre",
    "steps": "etapes",
    "calendar": "calendrier",
    "reason": "motif",
    "owner": "responsable",
}
EXIGENCE_COLUMNS = (
    Column("Identifiant", 12, fixed=True),
    Column("Exigence", 26, fixed=True, required=False),
    Column("Texte", 60, fixed=True, required=False),
    Column("Niveau", 24, choices=tuple(LEVELS.values())),
    *(Column(name, 30 if name != "Responsable" else 18, required=False) for name in SAID),
    Column("Parties prenantes", 24, required=False),
    Column("Preuves", 36, fixed=True, required=False),
    Column("Version de la réponse", 10, fixed=True),
)
RESERVE_COLUMNS = (
    Column("Identifiant", 12),
    Column("Exigence", 26, fixed=True, required=False),
    Column("Réserve", 44),
    Column("À lever avant le", 14),
    Column("Action", 44),
    Column("Menée par", 20),
    Column("Pour le", 14),
    Column("Avancement", 14, choices=tuple(STATES.values()), required=False),
    Column("Version de la ligne", 12, fixed=True, required=False),
)
LAYOUT = (Sheet(EXIGENCES, EXIGENCE_COLUMNS), Sheet(RESERVES, RESERVE_COLUMNS))
_NOTICE = "Colonnes grisées : pour lire. La version de la réponse dit à laquelle la vôtre succède : laissez-la."
_PLAN_NOTICE = (
    "Une ligne par action. La réserve et sa date se répètent sur les lignes de la même exigence. "
    "La version de la ligne dit à laquelle la vôtre succède : laissez-la ; vide pour une ligne ajoutée."
)


def exported(content: Content, revisions: dict[str, int]) -> bytes:
    """The workbook of a dossier.

    Args:
        revisions: how many times each exigence was answered, by identifier: an import says so what it follows.
    """
    texts = {one.id: one for one in content.referentiel.exigences}
    rows = content.values["exigences"]
    sheets = (
        Sheet(
            EXIGENCES,
            EXIGENCE_COLUMNS,
            [_line(row, texts[row["id"]], revisions.get(row["id"], 0)) for row in rows],
            _NOTICE,
        ),
        Sheet(RESERVES, RESERVE_COLUMNS, [line for row in rows for line in _plan(row)], _PLAN_NOTICE),
    )
    return workbook.write(sheets, at=content.at, title=f"Auto-évaluation au {content.referentiel.sigle}")


def _line(row: dict[str, Any], exigence: Exigence, revision: int) -> tuple[Value, ...]:
    text = f"{exigence.texte or exigence.reformulation}\n({exigence.texte_statut.libelle})".strip()
    level = words.level(row) if exigence.calculee else LEVELS[row["niveau"]]
    said = (row[_FROZEN[name]] for name in SAID.values())
    people = "\n".join(row["parties_prenantes"])
    return row["id"], words.name(row), text, level, *said, people, words.proofs(row), revision


def _plan(row: dict[str, Any]) -> Iterator[tuple[Value, ...]]:
    reserve = row["reserve"]
    if reserve is None:
        return
    due = date.fromisoformat(reserve["echeance"])
    head = (row["id"], words.name(row), reserve["texte"], due)
    for one in reserve["actions"]:
        said = (one["titre"], one["responsable"], date.fromisoformat(one["echeance"]), one["etat"])
        yield *head, *said[:3], STATES[one["etat"]], version(reserve["texte"], due, *said)
    if not reserve["actions"]:
        yield *head, None, None, None, None, version(reserve["texte"], due)


def version(*said: str | date) -> str:
    """What a line of the plan said, as a few characters: nothing counts the writes of a réserve or of an action."""
    return f"v-{hashlib.sha256(repr([str(one) for one in said]).encode()).hexdigest()[:8]}"
