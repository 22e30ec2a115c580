"""The one service that writes traces."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection, transaction

from tramontane.hospital import clock
from tramontane.hospital.traces import locks
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.models import Trace

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
    locks.writing()
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
