"""Reading documents of the DMP: an explicit act (EX_3.2-1010), kept sealed for the session only (REC_3.2-1020)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tramontane.dmp.verdicts import Verdict
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.services.retrieving import Fetched
from tramontane.hospital.consultations.view import Failure
from tramontane.hospital.documents import selectors, vault
from tramontane.hospital.documents.models import RetrievedContent
from tramontane.rules.access import Purpose, Reason

# A document read stays at hand this long; a longer reading asks the DMP again, and is traced again.
KEPT = timedelta(minutes=15)
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """What a reading gave.

    Attributes:
        read: unique_ids at hand, those that were already included.
        missing: those the DMP did not give, or gave damaged.
        damaged: announced against received, for each check that failed.
        reasons: why nothing was asked.
        failure: why nothing came.
    """

    read: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[Verdict, ...] = ()
    reasons: tuple[Reason, ...] = ()
    failure: Failure | None = None


def read(access: Access, session_key: str, unique_ids: list[str]) -> ReadOutcome:
    """Fetch documents of the professional's list and keep them for her session. What she already has is not asked again.

    Traces: `document.lu`, the call, or the refusal, by consultations.
    """
    at = clock.now()
    purge(at)
    wanted = list(dict.fromkeys(unique_ids))[:MOST_AT_ONCE]
    kept = set(selectors.contents(access, session_key, at).values_list("unique_id", flat=True))
    asked = [unique_id for unique_id in wanted if unique_id not in kept]
    if not asked:
        return ReadOutcome(read=tuple(wanted))
    found = consultations.retrieve(access, asked)
    if found.reasons or found.failure:
        return ReadOutcome(reasons=found.reasons, failure=found.failure)
    try:
        _keep(access, session_key, found.documents)
    except gateway.AccessRefusedError as refusal:
        return ReadOutcome(reasons=refusal.refused.reasons)
    given = kept | {document.entry.unique_id for document in found.documents}
    return ReadOutcome(
        tuple(unique_id for unique_id in wanted if unique_id in given),
        tuple(unique_id for unique_id in wanted if unique_id not in given),
        found.damaged,
    )


def _keep(access: Access, session_key: str, documents: tuple[Fetched, ...]) -> None:
    """Seal what came, unless the patient withdrew in between.

    Raises:
        AccessRefusedError: it may no longer be read; nothing is kept.
    """
    at = clock.now()
    rows = [_sealed(access, session_key, one, at) for one in documents]
    with transaction.atomic():
        gateway.lock_patient(access.patient.pk)
        gateway.permit(access, Purpose.RETRIEVE, explicit=True)
        RetrievedContent.objects.bulk_create(rows, ignore_conflicts=True)


def _sealed(access: Access, session_key: str, fetched: Fetched, at: datetime) -> RetrievedContent:
    with fetched.content as stream:
        content = stream.read()
    row = RetrievedContent(
        account=access.account,
        patient=access.patient,
        session_digest=vault.session_digest(session_key),
        unique_id=fetched.entry.unique_id,
        media_type=fetched.media_type[:80],
        sha1_announced=fetched.entry.hash.lower()[:40],
        sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        size=fetched.size,
        verified=fetched.verified,
        fetched_at=at,
        expires_at=at + KEPT,
    )
    row.sealed = vault.seal(content, session_key=session_key, bound_to=_binding(row))
    return row


def opened(row: RetrievedContent, session_key: str) -> bytes:
    """The bytes of a content this session read.

    Raises:
        vault.SealBrokenError: read by another session, or changed since.
    """
    return vault.unseal(bytes(row.sealed), session_key=session_key, bound_to=_binding(row))


def _binding(row: RetrievedContent) -> str:
    return f"{row.account_id}:{row.patient_id}:{row.unique_id}"


def purge(at: datetime) -> int:
    """Delete what has expired, of every session. Returns how many."""
    return RetrievedContent.objects.filter(expires_at__lte=at).delete()[0]
