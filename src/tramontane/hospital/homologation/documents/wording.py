"""What a document says, as a digest: one handed out before the dossier changed is no longer the one to sign."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.homologation.documents.content import Content, content_of
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature.report import Check
from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.homologation.selectors import journal
from tramontane.hospital.homologation.selectors.facts import PARIS
from tramontane.hospital.traces.models import Trace

# What a document reads: an event of these after it was handed out may have changed its words.
_CHANGES = tuple(f"homologation.{name}" for name in (
    "evaluation", "preuve", "support", "reserve", "action", "commission", "decision", "dossier",
))  # fmt: skip
_NAMED = 3
_ANY_DAY = datetime(2000, 1, 1, tzinfo=PARIS)


@dataclass(frozen=True, slots=True)
class Handed:
    """A PDF handed out.

    Attributes:
        rank: of its trace; several the same day are told apart by it.
        current: it says what the dossier says now, in the same decision.
        size: in bytes.
    """

    rank: int
    key: str
    sha256: str
    size: int
    at: datetime
    who: str
    current: bool


def wording(key: str, content: Content) -> str:
    """SHA-256 of the words of a document and of the instant of the decision: neither of its layout nor of the day it is drawn."""
    # A signature freezes the words without changing them; the picture at the top says nothing.
    still = replace(content, at=_ANY_DAY, signed=False, letterhead=replace(content.letterhead, logo=b""))
    decided = content.values.get("commission", {}).get("decidee_le", "")
    return hashlib.sha256(f"{PAPERS[key].draw(still)!r} {decided}".encode()).hexdigest()


def handed_out(dossier: Dossier, key: str, content: Content | None = None) -> list[Handed]:
    """Every PDF of one document that was handed out, newest first."""
    content = content or content_of(dossier)
    now = wording(key, content) if content.decided or not PAPERS[key].decided else ""
    rows = journal.traces(dossier).filter(event="homologation.document", detail__kind=key, detail__form="pdf")
    return [_handed(row, key, now) for row in rows]


def _handed(row: Trace, key: str, now: str) -> Handed:
    said = row.detail
    current = bool(now) and said.get("words") == now
    return Handed(row.pk, key, said["sha256"], int(said["size"]), row.recorded_at, row.account_name, current)


def changes_since(dossier: Dossier, handed: Handed) -> Iterator[str]:
    """What was done in the dossier since a document was handed out, in words, the first things first."""
    rows = journal.traces(dossier).filter(pk__gt=handed.rank, event__in=_CHANGES).order_by("pk")
    entries = [journal.entry(row) for row in rows[: _NAMED + 1]]
    yield from (one.sentence for one in entries[:_NAMED])
    if len(entries) > _NAMED:
        yield "et d’autres changements"


def words_check(dossier: Dossier, papers: Sequence[Handed], sha256: str) -> Check:
    """Whether the PV that comes back says what a signature would freeze.

    Args:
        papers: every PV handed out, newest first.
        sha256: of the one that came back; empty: a scanned paper, of which only those handed out are known.
    """
    returned = [one for one in papers if one.sha256 == sha256] if sha256 else list(papers)
    if not returned:
        return _words(Outcome.NOT_RUN, "aucun PV de l’application ne lui correspond")
    if not any(one.current for one in returned):
        return _words(Outcome.FAILED, outdated(dossier, returned[0]))
    if sha256:
        return _words(Outcome.PASSED, "")
    others = "" if all(one.current for one in returned) else ", d’autres remis avant disent autre chose"
    return _words(Outcome.NOT_RUN, f"un papier ne se compare pas ; le PV remis dit ce que dit le dossier{others}")


def warning(dossier: Dossier) -> str:
    """What to say before a PV is signed: one handed out says other words than the dossier; empty: none does."""
    stale = [one for one in handed_out(dossier, "pv") if not one.current]
    return f"Un procès-verbal a été {outdated(dossier, stale[0])}." if stale else ""


def outdated(dossier: Dossier, handed: Handed) -> str:
    """Why a document handed out is not the one to sign, and what to do, in words without a final stop."""
    done = " ; ".join(changes_since(dossier, handed)) or "ses mots ont été modifiés"
    day = handed.at.astimezone(PARIS)
    return (
        f"remis le {day:%d/%m/%Y à %H:%M}, il ne dit plus ce que dit le dossier ({done})\u00a0: "
        "télécharger le procès-verbal et le faire signer de nouveau"
    )


def _words(outcome: Outcome, detail: str) -> Check:
    return Check("mots", "Mots du PV, comparés à ceux du dossier", outcome, detail)
