"""The trace of every exchange, and the gate before it.

    [transaction: lock the patient, judge again from fresh facts, write « dmp.demande »]  committed
        ──▶ the request leaves ──▶
    [transaction: write « dmp.reponse », note what the answer says of the white list]     committed

Both rows carry one correlation, the MessageID. A crash between them leaves an intention without answer, which
`selectors.unanswered` counts. Consent is written under the same lock (`patients.services.declare`): a withdrawal that
was acknowledged is seen by every intention written after it, so no read starts after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tramontane.client import Exchange, Outcome, TransportError
from tramontane.dmp.errors import RemoteRefusal, TramontaneError
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.gateway import white_list
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.prepared import prepared
from tramontane.hospital.traces.services import record

_LONG_NUMBER = re.compile(r"\d{9,}")


@dataclass(slots=True)
class Ticket:
    """One call about to be made.

    Attributes:
        permit: judges again, from fresh facts; raises when the call may no longer be made.
        document_ids: the documents a TD3.2 asks for.
        asked: the exchanges whose intention is committed.
    """

    access: Access
    permit: Callable[[], object]
    document_ids: tuple[str, ...] = ()
    asked: set[UUID] = field(default_factory=set)


_ticket: ContextVar[Ticket] = ContextVar("dmp_ticket")


@contextmanager
def holding(ticket: Ticket) -> Iterator[None]:
    """Every exchange made inside is this ticket's."""
    token = _ticket.set(ticket)
    try:
        yield
    finally:
        _ticket.reset(token)


def lock_patient(patient_id: int) -> None:
    """Hold the patient's row until the transaction ends. SQLite has one writer: BEGIN IMMEDIATE is the lock."""
    (_,) = _locked(patient_id)


@prepared
def _locked(patient_id: int) -> QuerySet[Patient, tuple[int]]:
    return Patient.objects.select_for_update().filter(pk=patient_id).values_list("pk")


def observe(exchange: Exchange) -> None:
    """The client's observer. Refusing here stops the request before it leaves.

    Raises:
        LookupError: a call made outside `holding`: nothing leaves without its ticket.
        RuntimeError: a call made inside a database transaction.
    """
    ticket = _ticket.get()
    if exchange.outcome is Outcome.ASKED:
        _ask(ticket, exchange)
    elif UUID(exchange.message_id) in ticket.asked:
        _answer(ticket, exchange)


def _ask(ticket: Ticket, exchange: Exchange) -> None:
    correlation = UUID(exchange.message_id)
    with transaction.atomic(durable=True):
        lock_patient(ticket.access.patient.pk)
        ticket.permit()
        record(
            ticket.access.event(
                "dmp.demande",
                transaction=exchange.transaction,
                outcome=exchange.outcome.value,
                correlation=correlation,
                assertion_id=exchange.assertion_id,
                document_ids=ticket.document_ids,
                detail={"attempt": exchange.attempt},
            )
        )
    ticket.asked.add(correlation)


def _answer(ticket: Ticket, exchange: Exchange) -> None:
    with transaction.atomic(durable=True):
        record(
            ticket.access.event(
                "dmp.reponse",
                transaction=exchange.transaction,
                outcome=exchange.outcome.value,
                correlation=UUID(exchange.message_id),
                assertion_id=exchange.assertion_id,
                document_ids=ticket.document_ids,
                detail=_detail(exchange),
            )
        )
        if ticket.access.site is not None:
            white_list.note(ticket.access.site, exchange)


def _detail(exchange: Exchange) -> dict[str, object]:
    detail: dict[str, object] = {
        "attempt": exchange.attempt,
        "milliseconds": {phase.name.lower(): round(seconds * 1000) for phase, seconds in exchange.phases},
    }
    if exchange.status is not None:
        detail["status"] = exchange.status
    return detail | _cause(exchange.error)


def _cause(error: TramontaneError | None) -> dict[str, object]:
    if error is None:
        return {}
    if isinstance(error, TransportError):
        return {"cause": error.code, "sentence": error.message, "phase": error.phase.value}
    if isinstance(error, RemoteRefusal):
        # The peer's sentence is kept for the audit, without anything that could be an identifier.
        said = _LONG_NUMBER.sub("…", error.remote_text)[:200]
        return {"cause": error.remote_code or error.code, "sentence": said or error.message}
    return {"cause": error.code, "sentence": error.message}
