"""The calls of this app, through the gateway's own client, gate and traces: feeding, and asking what was received."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tramontane.client import DmpClient, Professional, operations
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions.td2_1 import Submission
from tramontane.dmp.vihf import AuthenticationMode
from tramontane.dmp.xds import QueryResponse, RegistryResponse, ReturnType, StoredQuery
from tramontane.hospital.consultations import selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.gateway import clients, ins_of, secrecy_code
from tramontane.hospital.consultations.gateway.professional import professional
from tramontane.hospital.consultations.gateway.tracing import Ticket, holding

T = TypeVar("T")
Permit = Callable[[], object]


def submit(access: Access, submission: Submission, permit: Permit) -> RegistryResponse:
    """TD2.1, INDIRECTE. `permit` judges again when the request is about to leave, and raises to stop it.

    Raises:
        TransportError, RemoteError; whatever `permit` raises.
    """
    unique_ids = tuple(document.entry.unique_id for document in submission.documents)
    return _call(
        access, permit, unique_ids, lambda dmp, who, ins, code: dmp.submit(who, ins, submission, confidentiality=code)
    )


def references(access: Access, query: StoredQuery, unique_id: str, permit: Permit) -> QueryResponse:
    """TD3.1 for references only, INDIRECTE: the one search a structure may make by itself (PDT-INF-526, note 5).

    Raises:
        ValueError: a query for more than references.
        TransportError, RemoteError; whatever `permit` raises.
    """
    if query.return_type is not ReturnType.OBJECT_REF:
        raise ValueError("une structure ne demande que des références")

    def ask(dmp: DmpClient, who: Professional, ins: Ins, code: str | None) -> QueryResponse:
        plan = operations.query(who, ins, query, confidentiality=code)
        return dmp.run(replace(plan, mode=AuthenticationMode.INDIRECTE))

    return _call(access, permit, (unique_id,), ask)


def _call(
    access: Access,
    permit: Permit,
    document_ids: tuple[str, ...],
    ask: Callable[[DmpClient, Professional, Ins, str | None], T],
) -> T:
    connection = selectors.connection_of(access.account.legal_entity_id)
    if connection is None:
        permit()  # refuses, with the reason
        raise ValueError("granted without connection")
    with clients.borrowed(connection) as client, holding(Ticket(access, permit, document_ids)):
        return ask(client, professional(access), ins_of(access.patient), secrecy_code(access, connection))
