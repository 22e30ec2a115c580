"""A dossier as the plain values its documents are drawn from: those the signature froze, or those of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from tramontane.hospital import clock
from tramontane.hospital.homologation import snapshot
from tramontane.hospital.homologation.models import Dossier, Homologation, Judgement
from tramontane.hospital.homologation.selectors.dossiers import judgement_of, referentiel_of
from tramontane.hospital.homologation.selectors.facts import PARIS
from tramontane.rules.homologation import DossierState
from tramontane.rules.referentiels import Referentiel
from tramontane.ui.document import Letterhead

# Half a megabyte of picture is a letterhead; more is a photograph.
MAX_LOGO = 512 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a document is drawn from.

    Attributes:
        values: `snapshot.snapshot` once decided, `snapshot.review` before, with `commission` when one is convened.
        at: the instant the documents carry: that of the signature, of the decision, or now.
        signed: the values are frozen.
        numbers: CNDA numbers by version of a record system, for a copy somebody asked with them; none otherwise.
    """

    values: dict[str, Any]
    referentiel: Referentiel
    letterhead: Letterhead
    at: datetime
    signed: bool
    numbers: Mapping[int, str] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether the words of the PV are known."""
        return "pv" in self.values


def content_of(dossier: Dossier) -> Content:
    """The dossier as it is to be shown now."""
    referentiel = referentiel_of(dossier.edition)
    signed: Homologation | None = getattr(dossier, "homologation", None)
    values, at = (signed.snapshot, signed.created_at) if signed else _live(dossier, referentiel)
    structure = values["structure"]
    letterhead = Letterhead(structure["nom"], f"FINESS juridique {structure['finess_juridique']}", logo())
    return Content(values, referentiel, letterhead, at.astimezone(PARIS), signed is not None)


def _live(dossier: Dossier, referentiel: Referentiel) -> tuple[dict[str, Any], datetime]:
    judgement, today = judgement_of(dossier), clock.now().astimezone(PARIS).date()
    if judgement is not None and _speaks(dossier, referentiel, judgement):
        # Dated by the decision: the PV downloaded twice is the same file.
        return snapshot.snapshot(dossier, today), judgement.decided_at or clock.now()
    values = snapshot.review(dossier, today)
    if judgement is not None:
        values["commission"] = snapshot.commission(judgement, referentiel.regles.formule_risques)
    return values, clock.now()


def _speaks(dossier: Dossier, referentiel: Referentiel, judgement: Judgement) -> bool:
    """Whether the PV has all its words: the decision, who signs, the certificates, the version of the référentiel."""
    named = bool(judgement.months and judgement.signatory and judgement.identifiants)
    known = bool(referentiel.version and referentiel.regles.prononce and referentiel.regles.mention)
    return named and known and DossierState(dossier.state) is DossierState.DECIDED


def logo() -> bytes:
    """The picture of the letterhead; empty when none is configured, or when it is not usable."""
    named = settings.ENVIRONMENT.document_logo
    path = Path(named) if named else None
    if path is None or not path.is_file() or path.stat().st_size > MAX_LOGO:
        return b""
    return path.read_bytes()
