"""Documents of the proof files: deposited, withdrawn, never overwritten."""

from __future__ import annotations

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import ProofDocument
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.objectives import definitions

MAX_BYTES = 25 * 1024 * 1024


def deposit(entity: LegalEntity, year: str, key: str, file: UploadedFile, *, actor: Actor) -> ProofDocument:
    """Keep a file for a line of a year's checklist.

    Raises:
        ObjectivesError: not a line people deposit for, empty, or too large.
    """
    proof = next((one for one in definitions().preuves if one.cle == key and year in one.annees), None)
    if proof is None or proof.nature != "depot":
        raise ObjectivesError("Cette ligne ne se complète pas par un fichier.")
    size = file.size or 0
    if not 0 < size <= MAX_BYTES:
        raise ObjectivesError(f"Le fichier doit contenir quelque chose, et {MAX_BYTES // 1024 // 1024} Mo au plus.")
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    with transaction.atomic():
        record(Event("objectifs.preuve", actor, detail={"move": "déposée", "title": proof.titre, "year": year}))
        return ProofDocument.objects.create(
            legal_entity=entity, year=year, key=key, file=file, file_name=(file.name or "fichier")[:200], size=size,
            sha256=digest.hexdigest(), added_at=clock.now(), added_by_id=actor.account_id,
        )  # fmt: skip


def withdraw(row: ProofDocument, *, actor: Actor) -> None:
    """Leave a document out of the packs to come; it stays in the register."""
    with transaction.atomic():
        if ProofDocument.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=clock.now()):
            detail = {"move": "retirée", "title": title_of(row), "year": row.year}
            record(Event("objectifs.preuve", actor, detail=detail))


def hand_over(year: str, title: str, *, actor: Actor, **noted: str | int) -> None:
    """Trace that a proof file, or one of its documents, leaves the application. `noted`: what else is known of it."""
    with transaction.atomic():
        detail = {"move": "téléchargée", "title": title, "year": year, **noted}
        record(Event("objectifs.preuve", actor, detail=detail))


def title_of(row: ProofDocument) -> str:
    """The line of the checklist a document answers; its key, when this version no longer asks for it."""
    return {one.cle: one.titre for one in definitions().preuves}.get(row.key, row.key)
