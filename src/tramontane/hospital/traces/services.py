"""The one service that writes traces, and the sealing of their chain."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection, transaction

from tramontane.hospital import clock
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.models import Seal, Trace

GENESIS = "0" * 64
# The columns a digest covers, in this order; `digest` itself and the primary key are the chain's affair.
SEALED_FIELDS = (
    "recorded_at", "event", "finess_juridique", "finess_geographique", "account_id", "account_name", "rpps", "ins",
    "patient_id", "transaction", "access_mode", "motive", "outcome", "correlation", "assertion_id", "document_ids",
    "proof", "detail",
)  # fmt: skip


def digest_of(trace: Trace) -> str:
    """SHA-256 of the row in canonical JSON."""
    values = {name: _plain(getattr(trace, name)) for name in SEALED_FIELDS}
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "astimezone"):
        return clock.utc_text(value)
    return value if isinstance(value, str | int | list | dict | None) else str(value)


def record(event: Event) -> Trace:
    """Write one trace, in the caller's transaction: no write without its trace, no trace without its write.

    Raises:
        TransactionManagementError: outside any transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("une trace s’écrit dans la transaction de ce qu’elle trace")
    actor = event.actor
    trace = Trace(
        recorded_at=clock.now(),
        event=event.code,
        finess_juridique=actor.finess_juridique,
        finess_geographique=event.finess_geographique,
        account_id=actor.account_id,
        account_name=actor.account_name,
        rpps=actor.rpps,
        ins=event.ins,
        patient_id=event.patient_id,
        transaction=event.transaction,
        access_mode=event.access_mode,
        motive=event.motive,
        outcome=event.outcome,
        correlation=event.correlation,
        assertion_id=event.assertion_id,
        document_ids=list(event.document_ids),
        proof=actor.proof,
        detail=event.detail,
    )
    trace.digest = digest_of(trace)
    trace.save(force_insert=True)
    return trace


def seal(batch: int = 10_000) -> Seal | None:
    """Chain the traces written since the last seal, off the request path. None when there is nothing new."""
    with transaction.atomic():
        previous = Seal.objects.select_for_update().order_by("-id").first()
        after = previous.last_trace_id if previous else 0
        rows = list(Trace.objects.filter(id__gt=after).order_by("id").values_list("id", "digest")[:batch])
        if not rows:
            return None
        previous_hash = previous.hash if previous else GENESIS
        leaves = pack(rows)
        return Seal.objects.create(
            first_trace_id=rows[0][0],
            last_trace_id=rows[-1][0],
            count=len(rows),
            previous_hash=previous_hash,
            hash=link(previous_hash, leaves),
            leaves=leaves,
            sealed_at=clock.now(),
        )


def pack(rows: list[tuple[int, str]]) -> bytes:
    """The leaves of a seal: rank (8 bytes, big endian) and digest (32 bytes) of each trace, in order."""
    return b"".join(rank.to_bytes(8, "big") + bytes.fromhex(digest) for rank, digest in rows)


def link(previous_hash: str, leaves: bytes) -> str:
    """The hash of a link: SHA-256 over the previous hash and every leaf, in order."""
    return hashlib.sha256(bytes.fromhex(previous_hash) + leaves).hexdigest()
