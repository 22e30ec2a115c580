"""The documents of a dossier: plain values in, `ui.document` values out. One function a document, one table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers.assessment import assessment
from tramontane.hospital.homologation.documents.papers.exigences import exigences
from tramontane.hospital.homologation.documents.papers.plan import plan
from tramontane.hospital.homologation.documents.papers.pv import pv
from tramontane.hospital.homologation.documents.papers.support import support
from tramontane.ui.document import Document


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of document.

    Attributes:
        stem: of its file name.
        decided: it exists only once the commission has homologated and the PV has all its words.
    """

    title: str
    stem: str
    use: str
    draw: Callable[[Content], Document]
    decided: bool = False


PAPERS = {
    "pv": Paper("Procès-verbal", "proces-verbal", "À faire signer : seul ce PDF fait foi.", pv, decided=True),
    "support": Paper("Support documentaire", "support-documentaire", "Ce que la commission examine.", support),
    "auto-evaluation": Paper("Auto-évaluation", "auto-evaluation", "Niveau, preuves et parties prenantes.", assessment),
    "plan-d-actions": Paper("Réserves et plan d’actions", "plan-d-actions", "Ce qui reste à lever.", plan),
    "exigences": Paper("Texte des exigences", "exigences", "Chaque texte, avec sa provenance.", exigences),
}

__all__ = ["PAPERS", "Paper"]
