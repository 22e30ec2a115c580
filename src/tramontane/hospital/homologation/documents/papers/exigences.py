"""The text of every exigence, with where it comes from: nothing is shown as official that is not."""

from __future__ import annotations

from collections.abc import Iterator

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import words
from tramontane.rules.homologation.words import NBSP
from tramontane.rules.referentiels import Exigence
from tramontane.ui.document import Block, Document, Facts, Heading, Paragraph


def exigences(content: Content) -> Document:
    """The référentiel the dossier is pinned to."""
    referentiel = content.referentiel
    blocks: list[Block] = [
        words.origin(content),
        Facts((("Source", referentiel.source.document), ("Texte qui l’approuve", referentiel.source.reference or "—"))),
    ]
    for one in referentiel.exigences:
        blocks += _exigence(one, blocking=referentiel.bloquante(one))
    return words.document(content, f"Exigences du {referentiel.sigle}", *blocks)


def _exigence(one: Exigence, *, blocking: bool) -> Iterator[Block]:
    yield Heading(f"{one.libelle} {one.titre}".strip())
    if one.texte:
        yield Paragraph(f"«{NBSP}{one.texte}{NBSP}»")
    said = [("Texte", one.texte_statut.libelle)]
    if one.reformulation:
        said.append(("Ce qu’une autre source en dit", one.reformulation))
    if one.remarque:
        said.append(("Remarque", one.remarque))
    if blocking:
        said.append(("Réserve", "impossible : l’exigence conditionne le contrat"))
    yield Facts(tuple(said))
