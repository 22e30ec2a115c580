"""The register of record systems, as the commission reads it: the proof of EXI 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.ui.document import Block, Facts, Heading, Paragraph, Table

UNSHOWN = "relevé, tenu secret (EX_GEN-1490)"


def systems(content: Content) -> Iterator[Block]:
    """Each system with its homologation and its calendar; nothing when the register is empty."""
    rows = content.values.get("logiciels", [])
    if rows:
        yield Heading("Registre des logiciels métier")
    for row in rows:
        yield Heading(f"{row['nom']}, {row['editeur']}", level=3)
        yield Facts(
            (
                ("Version en service", row["version"] or "aucune"),
                ("En service depuis le", words.day(row["en_service"])),
                ("Homologation CNDA, consultation en AIR, du", words.day(row["homologue_le"])),
                ("Numéro d’homologation CNDA", _number(row, content)),
                ("Référencement Ségur vague 2", row["segur"] or words.NOTHING),
            )
        )
        yield from _services(row["services"])


def _number(row: dict[str, Any], content: Content) -> str:
    """Secret, unless somebody asked for it explicitly, for this one copy."""
    if not row["numero_cnda_releve"]:
        return "non relevé"
    return content.numbers.get(row["version_id"], UNSHOWN)


def _services(rows: list[dict[str, str]]) -> Iterator[Block]:
    if not rows:
        yield Paragraph("Aucun service n’est déclaré.")
        return
    cells = tuple(
        (one["service"], one["site"], words.day(one["en_production"]), words.day(one["prevu"])) for one in rows
    )
    yield Table((3, 3, 2, 2), ("Service", "Site", "En production depuis le", "Prévu le"), cells)
