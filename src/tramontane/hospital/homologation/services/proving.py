"""Proofs: adding one, revising it, attaching it to exigences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital import clock
from tramontane.hospital.homologation.models import (
    Dossier,
    Evidence,
    EvidenceLink,
    EvidenceRevision,
    EvidenceWithdrawal,
)
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import PLANNABLE, UNDER_WAY, DossierState, EvidenceKind

MAX_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What a revision holds: a file, an address, or what a collector found. And the days it speaks of."""

    starts: date
    ends: date | None = None
    file: UploadedFile | None = None
    url: str = ""
    outcome: Outcome | None = None
    collected: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def kind(self) -> EvidenceKind:
        """What it makes of the proof."""
        if self.outcome is not None:
            return EvidenceKind.MACHINE
        return EvidenceKind.FILE if self.file is not None else EvidenceKind.LINK


@transaction.atomic
def add(
    dossier: Dossier, exigences: Sequence[str], title: str, content: Content, *, actor: Actor, collector: str = ""
) -> Evidence:
    """A new proof, serving exigences of a dossier.

    Raises:
        RefusedError: nothing to keep, too large, a period that ends before it starts, an exigence that does not exist.
        ForbiddenMove: the dossier is decided.
    """
    row = taken(dossier, PLANNABLE, "joindre une preuve")
    _check(content)
    evidence = Evidence.objects.create(
        legal_entity=row.legal_entity,
        title=title.strip(),
        kind=content.kind.value,
        collector=collector,
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    for exigence in exigences:
        _attach(row, exigence, evidence)
    _write(evidence, content, actor)  # last: what is refused above leaves no file behind
    trace(row, "homologation.preuve", actor, move="ajoutée", title=evidence.title, **_concerned(exigences))
    return evidence


@transaction.atomic
def revise(dossier: Dossier, evidence: Evidence, content: Content, *, actor: Actor) -> EvidenceRevision:
    """A newer content of the same proof; the older one stays readable.

    Raises:
        RefusedError: as `add`, or another kind of content; a decided dossier rests on it.
    """
    kept = _held(evidence, dossier)
    _check(content)
    _refuse_decided("file", kept)
    refuse("file", "Cette preuve a été retirée : en joindre une nouvelle." if hasattr(kept, "withdrawal") else "")
    refuse("file", "" if content.kind.value == kept.kind else "Une preuve garde sa nature : fichier, lien ou relevé.")
    revision = _write(kept, content, actor)
    exigences = list(kept.links.filter(dossier=dossier).values_list("exigence", flat=True))
    trace(dossier, "homologation.preuve", actor, move="révisée", title=kept.title, **_concerned(exigences))
    return revision


@transaction.atomic
def attach(dossier: Dossier, exigence: str, evidence: Evidence, *, actor: Actor) -> None:
    """An existing proof serves one more exigence.

    Raises:
        RefusedError: no such exigence.
        ForbiddenMove: the dossier is decided.
    """
    row = taken(dossier, PLANNABLE, "joindre une preuve")
    kept = Evidence.objects.get(pk=evidence.pk, legal_entity=row.legal_entity)
    if _attach(row, exigence, kept):
        trace(row, "homologation.preuve", actor, move="jointe", title=kept.title, exigence_id=exigence)


@transaction.atomic
def detach(dossier: Dossier, exigence: str, evidence: Evidence, *, actor: Actor) -> None:
    """A proof no longer serves an exigence. The proof itself stays.

    Raises:
        ForbiddenMove: the dossier is decided.
    """
    row = taken(dossier, PLANNABLE, "retirer une preuve")
    if row.evidence_links.filter(exigence=exigence, evidence=evidence).delete()[0]:
        trace(row, "homologation.preuve", actor, move="retirée", title=evidence.title, exigence_id=exigence)


@transaction.atomic
def withdraw(dossier: Dossier, evidence: Evidence, motive: str, *, actor: Actor) -> EvidenceWithdrawal:
    """A proof joined by mistake serves no dossier under way any more. Its revisions stay, and what a signature froze too.

    Raises:
        RefusedError: no motive, withdrawn already, or a decided dossier rests on it.
    """
    kept = _held(evidence, dossier)
    refuse("motive", "" if motive.strip() else "Dire pourquoi : c’est ce que lira l’auditeur.")
    refuse("motive", "Cette preuve est déjà retirée." if hasattr(kept, "withdrawal") else "")
    _refuse_decided("motive", kept)
    links = EvidenceLink.objects.filter(evidence=kept).select_related("dossier")
    exigences = [one.exigence for one in links if one.dossier_id == dossier.pk]
    links.filter(dossier__state__in=[state.value for state in PLANNABLE]).delete()
    made = EvidenceWithdrawal.objects.create(
        evidence=kept, motive=motive.strip(), withdrawn_at=clock.now(), withdrawn_by_id=actor.account_id
    )
    said = "retirée par erreur de dépôt"
    trace(
        dossier, "homologation.preuve", actor, motive=made.motive, move=said, title=kept.title, **_concerned(exigences)
    )
    return made


def _held(evidence: Evidence, dossier: Dossier) -> Evidence:
    """The proof, held with every dossier that may come to rest on it or be decided meanwhile: dossiers first, as all do."""
    states = [state.value for state in UNDER_WAY]
    live = Dossier.objects.select_for_update().filter(legal_entity=dossier.legal_entity, state__in=states)
    list(live.order_by("number"))
    return Evidence.objects.select_for_update().get(pk=evidence.pk, legal_entity=dossier.legal_entity)


def _refuse_decided(name: str, evidence: Evidence) -> None:
    """What the commission read is what the signature freezes: nothing moves between the two."""
    rests = evidence.links.filter(dossier__state=DossierState.DECIDED.value).order_by("dossier__number")
    number = rests.values_list("dossier__number", flat=True).first()
    said = f"Le dossier n° {number} est décidé et repose sur cette preuve : signer d’abord son PV, ou revenir sur la décision."
    refuse(name, said if number else "")


def _attach(dossier: Dossier, exigence: str, evidence: Evidence) -> bool:
    """Whether it was not attached yet."""
    refuse("evidence", "Cette preuve a été retirée." if hasattr(evidence, "withdrawal") else "")
    known = {one.id for one in referentiel_of(dossier.edition).exigences}
    refuse("exigences", "" if exigence in known else f"L’exigence « {exigence} » n’existe pas.")
    return EvidenceLink.objects.get_or_create(dossier=dossier, exigence=exigence, evidence=evidence)[1]


def _concerned(exigences: Sequence[str]) -> dict[str, str]:
    """The exigence of the activity it belongs to, when there is only one."""
    return {"exigence_id": exigences[0]} if len(exigences) == 1 else {"exigences": ", ".join(exigences)}


def _write(evidence: Evidence, content: Content, actor: Actor) -> EvidenceRevision:
    last = evidence.revisions.order_by("-number").first()
    file = content.file
    return EvidenceRevision.objects.create(
        evidence=evidence,
        number=last.number + 1 if last else 1,
        starts=content.starts,
        ends=content.ends,
        file=file or "",
        file_name=(file.name or "")[:200] if file else "",
        media_type=(file.content_type or "")[:100] if file else "",
        size=file.size or 0 if file else 0,
        sha256=_digest(content),
        url=content.url,
        outcome=content.outcome.value if content.outcome else "",
        collected=content.collected,
        note=content.note.strip(),
        added_at=clock.now(),
        added_by_id=actor.account_id,
    )


def _check(content: Content) -> None:
    too_large = content.file is not None and (content.file.size or 0) > MAX_BYTES
    nothing = content.file is None and not content.url and content.outcome is None
    backwards = content.ends is not None and content.ends < content.starts
    refuse("file", "Joindre un fichier, ou donner une adresse." if nothing else "")
    refuse("file", f"Un fichier pèse au plus {MAX_BYTES // (1024 * 1024)} Mo." if too_large else "")
    refuse("ends", "La période finit avant de commencer." if backwards else "")


def _digest(content: Content) -> str:
    """SHA-256 of the file, read by pieces, or of what was collected; empty for an address."""
    if content.file is not None:
        digest = hashlib.sha256()
        for piece in content.file.chunks():
            digest.update(piece)
        content.file.seek(0)
        return digest.hexdigest()
    if content.outcome is None:
        return ""
    text = json.dumps(content.collected, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
