"""What proves that an exigence is met, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tramontane.dmp.verdicts import Outcome
from tramontane.rules.homologation.months import add_months


class EvidenceKind(StrEnum):
    """Where a proof comes from."""

    FILE = "fichier"
    LINK = "lien"
    MACHINE = "releve"

    @property
    def label(self) -> str:
        """In words."""
        return {"fichier": "Fichier", "lien": "Lien", "releve": "Relevé automatique"}[self.value]


class Freshness(StrEnum):
    """What a proof is worth on a day."""

    COMING = "à venir"
    CURRENT = "en vigueur"
    STALE = "ancienne"
    OVER = "périmée"
    FAILED = "en échec"


# A proof without an end date is asked again after this many months: the yearly review of EXI 20, for all.
STALE_AFTER_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """One proof, in its last revision, attached to one or several exigences.

    Attributes:
        starts, ends: the days it speaks of, both included; no end: until further notice.
        outcome: what a collected proof says; None for a file or a link.
        sha256: digest of the file or of the collected content; empty for a link.
    """

    title: str
    kind: EvidenceKind
    starts: date
    ends: date | None = None
    sha256: str = ""
    outcome: Outcome | None = None

    def freshness(self, today: date, *, stale_after: int = STALE_AFTER_MONTHS) -> Freshness:
        """What the proof is worth on a day; a check that failed or did not run proves nothing, whatever its dates."""
        if self.outcome not in (None, Outcome.PASSED):
            return Freshness.FAILED
        if today < self.starts:
            return Freshness.COMING
        if self.ends is not None:
            return Freshness.OVER if today > self.ends else Freshness.CURRENT
        return Freshness.STALE if today > add_months(self.starts, stale_after) else Freshness.CURRENT

    def in_effect(self, today: date) -> bool:
        """Whether it still proves something: an old proof does, until it is replaced; the review list names it."""
        return self.freshness(today) in (Freshness.CURRENT, Freshness.STALE)
