"""A whole, well-proven dossier of the DMP, to change one thing of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from tramontane.rules.homologation import (
    Action,
    Assessment,
    DossierFacts,
    Evidence,
    EvidenceKind,
    ExigenceFacts,
    Level,
    Reserve,
    SittingFacts,
)
from tramontane.rules.referentiels import Referentiel, shipped

TODAY = date(2026, 11, 23)
PROOF = Evidence("Compte rendu", EvidenceKind.FILE, date(2026, 6, 1), sha256="0" * 64)
RESERVE = Reserve(
    "Journal des habilitations à tenir", date(2027, 3, 31), None, (Action("Écrire", "RSSI", date(2027, 2, 1)),)
)


def dmp(version: str | None = "1.0") -> Referentiel:
    """The référentiel as shipped, with a version: a test's, the official one is not known."""
    return msgspec.structs.replace(shipped("dmp"), version=version)


def line(name: str, level: Level = Level.COMPLIANT, **changes: Any) -> ExigenceFacts:
    """One exigence, met and proven unless said otherwise."""
    exigence = dmp().by_key[f"dmp:{name}"]
    assessment = Assessment(level, "Cardiologie", "Puis chirurgie", "Juin 2027", "Sans objet", ("RSSI",), "Zoé Roux")
    return ExigenceFacts(exigence, assessment, **{"evidence": (PROOF,), **changes})


def dossier(*lines: ExigenceFacts, **changes: Any) -> DossierFacts:
    """Every exigence met and proven but those given; support written, commission held, all present."""
    referentiel = changes.pop("referentiel", dmp())
    given = {one.exigence.id: one for one in lines}
    facts = DossierFacts(
        referentiel=referentiel,
        today=TODAY,
        lines=tuple(given.get(exigence.id, line(exigence.id)) for exigence in referentiel.exigences),
        support=frozenset(section.cle for section in referentiel.regles.support),
        sitting=SittingFacts(TODAY, head_present=True, attendance_known=True, risks="les risques sont acceptés"),
        decided=True,
        signed=True,
    )
    return replace(facts, **changes)
