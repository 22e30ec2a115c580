"""The support documentaire: « Le support devra a minima faire état des points suivants » (webinaire n° 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.hospital.homologation.documents.papers.systems import systems
from tramontane.rules.homologation import Level
from tramontane.rules.homologation.words import NBSP
from tramontane.rules.referentiels import SectionSupport
from tramontane.ui.document import Block, Document, Heading, Paragraph, Table

UNWRITTEN = "Cette partie n’est pas encore rédigée."


def support(content: Content) -> Document:
    """The parts of the référentiel's list, in order; details under the part they belong to."""
    sections = content.referentiel.regles.support
    blocks: list[Block] = [words.origin(content)]
    for number, section in enumerate((one for one in sections if not one.dans), start=1):
        blocks += [Heading(f"{number}. {section.titre}"), *_body(section, content)]
        for detail in sections:
            if detail.dans == section.cle:
                blocks += [Heading(detail.titre, level=3), *_body(detail, content)]
    return words.document(
        content,
        "Support documentaire de la commission d’auto-homologation",
        *blocks,
        *systems(content),
        *_risks(content),
    )


def _body(section: SectionSupport, content: Content) -> Iterator[Block]:
    if section.calculee:
        yield Table(
            (3, 2, 5), ("Exigence", "Niveau", "Modalités et preuves"), tuple(map(_review, content.values["exigences"]))
        )
        return
    yield Paragraph(content.values["support"].get(section.cle) or UNWRITTEN)


def _review(row: dict[str, Any]) -> tuple[str, ...]:
    said = words.precisions(row)
    if row["reserve"]:
        said.append(f"Réserve{NBSP}: {_reserve(row['reserve'])}")
    proofs = [f"Preuves{NBSP}: {words.proofs(row)}"] if row["preuves"] else []
    return words.name(row), words.level(row), "\n".join([*said, *proofs]) or words.NOTHING


def _risks(content: Content) -> Iterator[Block]:
    """What stays to be reduced: the commission shares « les risques résiduels et le plan de réduction des risques »."""
    unmet = [row for row in content.values["exigences"] if Level(row["niveau"]).unmet]
    if not unmet:
        return
    yield Heading("Exigences non atteintes et plan de réduction des risques")
    cells = tuple((words.name(row), words.level(row), _planned(row)) for row in unmet)
    yield Table((2, 2, 4), ("Exigence", "Niveau", "Réserve et actions"), cells)


def _planned(row: dict[str, Any]) -> str:
    if not row["reserve"]:
        return "Aucune réserve écrite."
    return f"{_reserve(row['reserve'])}\n{words.actions(row['reserve'])}"


def _reserve(reserve: dict[str, Any]) -> str:
    lifted = f" (levée le {words.day(reserve['levee_le'])})" if reserve["levee_le"] else ""
    return f"{reserve['texte']}{lifted}"
