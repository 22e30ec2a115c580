"""What a professional can ask of the DMP, each as a plan: how to write the request, how to read the answer.

Nothing is sent here. The two faces of the client run the same plans (see `aio` and `sync`). `confidentiality`, everywhere:
the code of a minor's « connexion secrète » (EX_0.1-1100), None in an ordinary one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from tramontane.client.consumers import Begin
from tramontane.client.parties import Professional
from tramontane.dmp import xds
from tramontane.dmp.hl7v3 import Reason
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions import td0_2, td0_3, td0_4, td1_6, td2_1, td3_1, td3_2, td3_3
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.retrieval import DocumentEvent, Retrieval
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.transactions.td0_3 import Action, Role
from tramontane.dmp.transactions.td0_4 import DateType, PatientList
from tramontane.dmp.transactions.td1_6 import AuthorizationList, Mode
from tramontane.dmp.transactions.td2_1 import Submission
from tramontane.dmp.transactions.td3_2 import RetrievedDocuments
from tramontane.dmp.transactions.td3_3 import Update
from tramontane.dmp.vihf import AccessMode, AuthenticationMode
from tramontane.dmp.xds import DocumentCriteria, QueryResponse, RegistryResponse, StoredQuery

T = TypeVar("T")
NORMAL = AccessMode.NORMAL
AIR = AuthenticationMode.INDIRECTE_RENFORCEE


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """One transaction to run for one professional.

    Attributes:
        patient: None where the transaction names none.
        write: the request, for one call.
        read: the value, from the whole answer.
        stream: instead of `read`, and given the MessageID of the request, receives the answer as it comes, for contents that
            do not fit in memory.
        mode: AIR simplifié, but for the transactions it does not have.
        confidentiality: « connexion secrète » of minors (EX_0.1-1100), None otherwise.
    """

    professional: Professional
    patient: Ins | None
    access_mode: AccessMode
    write: Callable[[Call], HttpRequest]
    read: Callable[[HttpResponse], T] | None = None
    stream: Callable[[str], Begin[T]] | None = None
    mode: AuthenticationMode = AIR
    confidentiality: str | None = None


def status(
    professional: Professional, patient: Ins, access_mode: AccessMode = NORMAL, *, confidentiality: str | None = None
) -> Plan[DmpStatus]:
    """TD0.2: does the patient have a DMP, is it open, may this professional read it?"""
    return _status(professional, patient, access_mode, confidentiality, Reason.TEST_EXST)


def details(
    professional: Professional, patient: Ins, access_mode: AccessMode = NORMAL, *, confidentiality: str | None = None
) -> Plan[DmpStatus]:
    """TD1.3a: the status with the patient's oppositions to emergency access."""
    return _status(professional, patient, access_mode, confidentiality, Reason.CNSLT_DATA)


def _status(
    professional: Professional, patient: Ins, access_mode: AccessMode, confidentiality: str | None, reason: Reason
) -> Plan[DmpStatus]:
    return Plan(
        professional,
        patient,
        access_mode,
        write=lambda call: td0_2.request(call, patient, reason=reason),
        read=lambda response: td0_2.read(response, patient=patient),
        confidentiality=confidentiality,
    )


def authorise(
    professional: Professional,
    patient: Ins,
    action: Action = Action.AJOUT,
    *,
    role: Role | None = None,
    confidentiality: str | None = None,
) -> Plan[ServiceStatus]:
    """TD0.3: add (or remove) this professional's own authorisation. Only after the patient's consent."""
    return Plan(
        professional,
        patient,
        NORMAL,
        write=lambda call: td0_3.request(call, action, role),
        read=td0_3.read,
        confidentiality=confidentiality,
    )


def patients(
    professional: Professional, since: datetime, date_type: DateType = DateType.LASTAUTORIZATION
) -> Plan[PatientList]:
    """TD0.4: the DMP this professional is authorised on, changed since `since` (aware, French local time)."""
    return Plan(
        professional,
        None,
        NORMAL,
        write=lambda call: td0_4.request(call, since=since, date_type=date_type),
        read=td0_4.read,
    )


def authorisations(professional: Professional, patient: Ins, mode: Mode = Mode.ACTIVE) -> Plan[AuthorizationList]:
    """TD1.6: the professionals authorised on, or blocked from, this DMP."""
    return Plan(professional, patient, NORMAL, write=lambda call: td1_6.request(call, mode), read=td1_6.read)


def query(
    professional: Professional,
    patient: Ins,
    stored_query: StoredQuery,
    access_mode: AccessMode = NORMAL,
    *,
    confidentiality: str | None = None,
) -> Plan[QueryResponse]:
    """TD3.1: any stored query of `tramontane.dmp.xds`."""
    return Plan(
        professional,
        patient,
        access_mode,
        write=lambda call: td3_1.request(call, stored_query),
        read=td3_1.read,
        confidentiality=confidentiality,
    )


def find_documents(
    professional: Professional,
    patient: Ins,
    criteria: DocumentCriteria | None = None,
    access_mode: AccessMode = NORMAL,
) -> Plan[QueryResponse]:
    """TD3.1, FindDocuments: the patient's documents, every approved one without `criteria`."""
    wanted = msgspec.structs.replace(criteria or DocumentCriteria(), patient_id=patient.cx)
    return query(professional, patient, xds.find_documents(wanted), access_mode)


def retrieve(
    professional: Professional,
    patient: Ins,
    documents: Sequence[tuple[str, str]],
    access_mode: AccessMode = NORMAL,
) -> Plan[RetrievedDocuments]:
    """TD3.2: documents by (repository_unique_id, unique_id), whole in memory."""
    return Plan(
        professional,
        patient,
        access_mode,
        write=lambda call: td3_2.request(call, documents),
        read=td3_2.read,
    )


def retrieve_to(
    professional: Professional,
    patient: Ins,
    documents: Sequence[tuple[str, str]],
    sink: Callable[[DocumentEvent], object],
    access_mode: AccessMode = NORMAL,
    *,
    confidentiality: str | None = None,
) -> Plan[RegistryResponse]:
    """TD3.2 in bounded memory: `sink` gets each document's beginning, pieces and end as they come.

    A piece is valid during the call only. `sink` runs on the thread that receives: keep it short. Once the answer has
    begun nothing is asked again, so no document begins twice.
    """
    return Plan(
        professional,
        patient,
        access_mode,
        write=lambda call: td3_2.request(call, documents),
        stream=lambda asked: lambda status, content_type: _Pouring(content_type, sink, asked),  # noqa: ARG005 (read the same at any status)
        confidentiality=confidentiality,
    )


class _Pouring:
    """Feeds a `Retrieval` and pours its events into a sink."""

    def __init__(self, content_type: str, sink: Callable[[DocumentEvent], object], asked: str) -> None:
        self._retrieval = Retrieval(content_type, asked)
        self._sink = sink

    def feed(self, chunk: bytes) -> None:
        for event in self._retrieval.feed(chunk):
            self._sink(event)

    def close(self) -> RegistryResponse:
        events, outcome = self._retrieval.close()
        for event in events:
            self._sink(event)
        return outcome


def submit(
    professional: Professional, patient: Ins, submission: Submission, *, confidentiality: str | None = None
) -> Plan[RegistryResponse]:
    """TD2.1: feed documents, streamed. In INDIRECTE mode: AIR does not have it (PDT-INF-606)."""
    return Plan(
        professional,
        patient,
        NORMAL,
        write=lambda call: td2_1.request(call, submission),
        read=td2_1.read,
        mode=AuthenticationMode.INDIRECTE,
        confidentiality=confidentiality,
    )


def update(professional: Professional, patient: Ins, change: Update) -> Plan[RegistryResponse]:
    """TD3.3: a change made by `tramontane.dmp.transactions.td3_3`: mask, make visible, delete, archive…"""
    return Plan(
        professional,
        patient,
        NORMAL,
        write=lambda call: td3_3.request(call, change),
        read=td3_3.read,
    )
