"""Sending what is in the outbox: exactly once, retried, visible.

    PENDING ──claim (committed)──▶ SENDING ──TD2.1──▶ SENT | REFUSED (the DMP's reason) | HELD (ours) | PENDING (later)

A crash leaves SENDING: `recover` makes it PENDING again, and an attempt after the first asks the registry whether it already has
the document (TD3.1, references only) before sending. Were two attempts to cross all the same, both bear one submission uniqueId
and one document uniqueId: the registry refuses the second as a duplicate (XDSDuplicateUniqueIdInRegistry), which reads as « sent ».
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from tramontane.client import TransportError
from tramontane.dmp.errors import LocalError, RegistryFailure, RemoteRefusal, TramontaneError
from tramontane.dmp.xds import ReturnType, get_documents
from tramontane.hospital import clock
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents import calls
from tramontane.hospital.documents.feeding import FeedingRefusedError
from tramontane.hospital.documents.models import Dispatch
from tramontane.hospital.documents.services.outgoing import access_of, outgoing_of
from tramontane.hospital.documents.services.sending import reasons_against
from tramontane.hospital.documents.submission import build
from tramontane.hospital.traces.services import record

State = Dispatch.State
ALREADY_THERE = "XDSDuplicateUniqueIdInRegistry"
# Above the client's deadline: a row that is SENDING for longer belongs to nobody any more.
ABANDONED_AFTER = timedelta(minutes=10)
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)
MOST_ATTEMPTS = 24


def deliver(dispatch_id: int) -> str:
    """Try to send one dispatch; gives its state afterwards, or empty when it was not due. Traces: `document.envoi`, the calls."""
    dispatch = _claim(dispatch_id, clock.now())
    if dispatch is None:
        return ""
    access = access_of(dispatch)
    try:
        there = dispatch.attempts > 1 and _received(dispatch, access)
        if not there:
            calls.submit(access, build(outgoing_of(dispatch, access)), _gate(dispatch, access))
    except FeedingRefusedError as refusal:
        reason = refusal.reasons[0]
        return _settle(dispatch, access, State.HELD, said=f"{reason.sentence} {reason.next_step}", code=reason.code)
    except RemoteRefusal as error:
        return _refused(dispatch, access, error)
    except TramontaneError as error:
        return _failed(dispatch, access, error)
    return _settle(dispatch, access, State.SENT)


def due(at: datetime) -> list[int]:
    """The dispatches to try now, oldest first."""
    waiting = Dispatch.objects.filter(state=State.PENDING, next_attempt_at__lte=at)
    return list(waiting.order_by("next_attempt_at", "pk").values_list("pk", flat=True))


def recover(at: datetime) -> int:
    """Take back what a crash left half-way; how many. The next attempt asks the registry first."""
    lost = Dispatch.objects.filter(state=State.SENDING, sending_since__lt=at - ABANDONED_AFTER)
    said = "Envoi interrompu : le DMP va dire s’il a reçu le document."
    return lost.update(
        state=State.PENDING, next_attempt_at=at, sending_since=None, last_error=said, last_code="interrompu"
    )


def _claim(dispatch_id: int, at: datetime) -> Dispatch | None:
    """One worker wins: the row says who is sending before anything leaves."""
    with transaction.atomic(durable=True):
        won = Dispatch.objects.filter(pk=dispatch_id, state=State.PENDING, next_attempt_at__lte=at).update(
            state=State.SENDING, sending_since=at, attempts=F("attempts") + 1
        )
    if not won:
        return None
    related = ("document__patient", "document__episode__service", "document__author_account__legal_entity",
               "requested_by__legal_entity", "site")  # fmt: skip
    return Dispatch.objects.select_related(*related).get(pk=dispatch_id)


def _gate(dispatch: Dispatch, access: Access) -> Callable[[], None]:
    def permit() -> None:
        reasons = reasons_against(access, dispatch.document)
        if reasons:
            raise FeedingRefusedError(reasons)

    return permit


def _received(dispatch: Dispatch, access: Access) -> bool:
    """Whether the registry has the document of an attempt that may have gone through."""
    unique_id = dispatch.document.unique_id
    query = get_documents(unique_ids=(unique_id,), return_type=ReturnType.OBJECT_REF)
    return bool(calls.references(access, query, unique_id, _gate(dispatch, access)).object_refs)


def _refused(dispatch: Dispatch, access: Access, error: RemoteRefusal) -> str:
    if ALREADY_THERE in _codes(error):
        return _settle(dispatch, access, State.SENT)
    return _settle(dispatch, access, State.REFUSED, said=error.message, code=error.remote_code or error.code)


def _codes(error: RemoteRefusal) -> set[str]:
    return (
        {error.remote_code, *(one[0] for one in error.errors)}
        if isinstance(error, RegistryFailure)
        else {error.remote_code}
    )


def _failed(dispatch: Dispatch, access: Access, error: TramontaneError) -> str:
    """The network, or an answer nobody understands: later. What cannot be written will not be better written later."""
    if isinstance(error, LocalError) or dispatch.attempts >= MOST_ATTEMPTS:
        return _settle(dispatch, access, State.HELD, said=error.message, code=error.code)
    phase = f" ({error.phase.value})" if isinstance(error, TransportError) else ""
    return _settle(dispatch, access, State.PENDING, said=f"{error.message}{phase}", code=error.code)


def _settle(dispatch: Dispatch, access: Access, state: str, *, said: str = "", code: str = "") -> str:
    """Write what became of the attempt, unless someone else took the row meanwhile; then have it tried again if need be."""
    from tramontane.hospital.documents.tasks import deliver_task

    at = clock.now()
    later = at + delay_after(dispatch.attempts) if state == State.PENDING else None
    with transaction.atomic(durable=True):
        mine = Dispatch.objects.filter(pk=dispatch.pk, state=State.SENDING, attempts=dispatch.attempts)
        moved = mine.update(state=state, sending_since=None, next_attempt_at=later, last_error=said[:500], last_code=code[:80],
                            sent_at=at if state == State.SENT else None)  # fmt: skip
        if not moved:
            return str(Dispatch.objects.get(pk=dispatch.pk).state)
        label = str(State(state).label)
        ids = (dispatch.document.unique_id,)
        detail = {"attempt": dispatch.attempts, "cause": code} if code else {"attempt": dispatch.attempts}
        record(access.event("document.envoi", transaction="TD2.1", outcome=label, document_ids=ids, detail=detail))
        if later:
            deliver_task.using(run_after=later).enqueue(dispatch.pk)
    return state


def delay_after(attempts: int) -> timedelta:
    """1, 2, 4, 8… minutes, at most an hour."""
    return min(FIRST_DELAY * 2 ** min(attempts - 1, 10), LONGEST_DELAY)
