"""What a verification found, as JSON holds it: kept with the homologation, shown on the page, packed for the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramontane.dmp.verdicts import Outcome

TRUST = "confiance"  # code of the check
_TRUST = {Outcome.PASSED: "vérifiée", Outcome.FAILED: "refusée", Outcome.NOT_RUN: "non vérifiée"}


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `detail`: what was found, or why it was not run."""

    code: str
    title: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Every check, and what the signature is.

    Attributes:
        level: « PAdES B-T », « PAdES B-B »… as reached; empty without a signature.
        signers: names in the certificates, in the order of the signatures.
        signed_at: the last instant a signature claims (or a time-stamp proves: see the check); None: unsaid.
        original_sha256: digest of the PV of ours it contains; empty when it contains none.
        timestamp_failure: why it carries no time-stamp although one was asked; empty otherwise.
    """

    checks: tuple[Check, ...]
    level: str = ""
    signers: tuple[str, ...] = ()
    signed_at: datetime | None = None
    original_sha256: str = ""
    timestamp_failure: str = ""

    @property
    def failures(self) -> tuple[Check, ...]:
        """The failed checks, in order."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)

    @property
    def trust(self) -> str:
        """Whether an authority vouches for the signers: « vérifiée », « refusée », or « non vérifiée ». In words: nobody
        must read a good signature as a signature of somebody."""
        outcomes = {check.outcome for check in self.checks if check.code == TRUST}
        return _TRUST[outcomes.pop()] if outcomes else _TRUST[Outcome.NOT_RUN]

    def plain(self, *, verified_at: datetime) -> dict[str, Any]:
        """For `Homologation.signature_report`."""
        return {
            "verified_at": verified_at.isoformat(timespec="seconds"),
            "level": self.level,
            "signers": list(self.signers),
            "signed_at": self.signed_at.isoformat(timespec="seconds") if self.signed_at else "",
            "original_sha256": self.original_sha256,
            "timestamp_failure": self.timestamp_failure,
            "trust": self.trust,
            "checks": [
                {"code": one.code, "title": one.title, "outcome": one.outcome.value, "detail": one.detail}
                for one in self.checks
            ],
        }


def scanned() -> Report:
    """A paper that was signed and scanned: a picture proves itself to nobody."""
    why = "une signature manuscrite numérisée ne se vérifie pas : seuls le fichier, la date et le dépôt sont connus"
    return Report((Check("signature", "Signature électronique", Outcome.NOT_RUN, why),))
