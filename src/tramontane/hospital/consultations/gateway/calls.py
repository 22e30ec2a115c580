"""The calls a consultation makes, one function each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tramontane.client import DmpClient, Professional
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.retrieval import DocumentEvent
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.xds import DocumentEntry, QueryResponse, StoredQuery
from tramontane.hospital import clock
from tramontane.hospital.consultations import facts, selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.consultations.gateway.professional import professional
from tramontane.hospital.consultations.gateway.tracing import Ticket, holding
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.patients.models import Patient
from tramontane.rules.access import AccessFacts, Purpose, Refused, decide

T = TypeVar("T")


class AccessRefusedError(Exception):
    """The rules refuse the call, at the last moment or before: nothing left."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(", ".join(reason.code for reason in refused.reasons))
        self.refused = refused


def status(access: Access) -> DmpStatus:
    """TD0.2."""
    return _call(
        access, Purpose.STATUS, lambda dmp, who, ins, code: dmp.status(who, ins, access.mode, confidentiality=code)
    )


def details(access: Access) -> DmpStatus:
    """TD1.3a: the status with the oppositions to emergency access."""
    return _call(
        access, Purpose.STATUS, lambda dmp, who, ins, code: dmp.details(who, ins, access.mode, confidentiality=code)
    )


def authorise(access: Access) -> ServiceStatus:
    """TD0.3, AJOUT: an explicit act."""
    return _call(
        access,
        Purpose.AUTHORISE,
        lambda dmp, who, ins, code: dmp.authorise(who, ins, confidentiality=code),
        explicit=True,
    )


def query(access: Access, stored_query: StoredQuery, *, explicit: bool = False) -> QueryResponse:
    """TD3.1."""
    return _call(
        access,
        Purpose.LIST,
        lambda dmp, who, ins, code: dmp.query(who, ins, stored_query, access.mode, confidentiality=code),
        explicit=explicit,
    )


def retrieve_to(access: Access, entries: Sequence[DocumentEntry], sink: Callable[[DocumentEvent], object]) -> None:
    """TD3.2, poured into `sink` as it comes: an explicit act. `sink` runs on the client's thread."""
    wanted = [(entry.repository_unique_id, entry.unique_id) for entry in entries]
    _call(
        access,
        Purpose.RETRIEVE,
        lambda dmp, who, ins, code: dmp.retrieve_to(who, ins, wanted, sink, access.mode, confidentiality=code),
        explicit=True,
        document_ids=tuple(entry.unique_id for entry in entries),
    )


def ins_of(patient: Patient) -> Ins:
    """The INS the calls name.

    Raises:
        InvalidIdentifier: none, or one that cannot exist: the rules refuse the call before this.
    """
    return Ins(patient.ins, InsAuthority.from_oid(patient.ins_oid))


def secrecy_code(access: Access, connection: DmpConnection) -> str | None:
    """What the VIHF says of a minor's secret connection (EX_0.1-1100); None in an ordinary one."""
    return connection.minor_secret_code if access.secret else None


def permit(access: Access, purpose: Purpose, *, explicit: bool = False) -> AccessFacts:
    """Judge now, from fresh facts, and give them.

    Raises:
        AccessRefusedError: with every reason.
    """
    found = facts.gather(access, at=clock.now(), explicit=explicit)
    decision = decide(found, purpose)
    if isinstance(decision, Refused):
        raise AccessRefusedError(decision)
    return found


def _call(
    access: Access,
    purpose: Purpose,
    ask: Callable[[DmpClient, Professional, Ins, str | None], T],
    *,
    explicit: bool = False,
    document_ids: tuple[str, ...] = (),
) -> T:
    """Raises AccessRefusedError, TransportError, RemoteError; or LocalError when what is asked cannot be written."""
    patient = access.patient
    connection = selectors.connection_of(access.account.legal_entity_id)
    if connection is None or not patient.ins:
        permit(access, purpose, explicit=explicit)  # refuses, with the reasons
        raise ValueError("granted without connection or INS")
    ticket = Ticket(access, lambda: permit(access, purpose, explicit=explicit), document_ids)
    with clients.borrowed(connection) as client, holding(ticket):
        return ask(client, professional(access), ins_of(patient), secrecy_code(access, connection))
