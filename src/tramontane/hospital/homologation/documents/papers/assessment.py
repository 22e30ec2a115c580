"""The self-assessment: level, proofs and stakeholders of every exigence."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.ui.document import Document, Facts, Heading, Table


def assessment(content: Content) -> Document:
    """« le niveau d'atteinte de chacune des exigences », « les éléments de preuve », « les parties prenantes »."""
    rows = content.values["exigences"]
    counts = Counter(words.level(row) for row in rows)
    return words.document(
        content,
        f"Auto-évaluation au {content.referentiel.sigle}",
        words.origin(content),
        Heading("Résultat"),
        Facts(tuple((label, str(count)) for label, count in counts.most_common())),
        Heading("Exigence par exigence"),
        Table(
            (2, 2, 4, 2),
            ("Exigence", "Niveau", "Preuves et précisions", "Parties prenantes"),
            tuple(_line(row) for row in rows),
        ),
    )


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    people = [*row["parties_prenantes"], *([f"Répond\u00a0: {row['responsable']}"] if row["responsable"] else [])]
    return (
        words.name(row),
        words.level(row),
        "\n".join([words.proofs(row), *words.precisions(row)]),
        "\n".join(people) or words.NOTHING,
    )
