"""A double of `DmpClient`: same methods, same observer, an in-memory DMP behind it. Many tests use it; a few use the
real client against the real stand-in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from tramontane.client import Exchange, Outcome, Professional, TransportError
from tramontane.dmp.errors import RemoteRefusal, TramontaneError
from tramontane.dmp.identity import Ins
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.retrieval import DocumentBegins, DocumentData, DocumentEnds, DocumentEvent
from tramontane.dmp.transactions.td0_2 import Authorisation, DmpStatus
from tramontane.dmp.transactions.td3_2 import DocumentDescription
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import (
    Association,
    AssociationType,
    AvailabilityStatus,
    DocumentEntry,
    QueryId,
    QueryResponse,
    RegistryResponse,
    StoredQuery,
    SubmissionSet,
)
from tramontane.hospital.consultations.gateway.tracing import observe
from tramontane.hospital.consultations.models import DmpConnection

T = TypeVar("T")
_numbers = count(1)
LOINC = "2.16.840.1.113883.6.1"
NORMAL = Coded("N", "2.16.840.1.113883.5.25", "Normal")


OPEN = DmpStatus(exists=True, open=True, authorisation=Authorisation.VALIDE)


@dataclass
class Dossier:
    """One patient's DMP."""

    status: DmpStatus = OPEN
    entries: list[DocumentEntry] = field(default_factory=list)
    submission_sets: list[SubmissionSet] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def feed(self, *, at: datetime, replaces: str = "", **changes: Any) -> DocumentEntry:
        """Deposit one document in its own submission; `replaces` is an entry_uuid."""
        content = changes.pop("content", b"<ClinicalDocument/>")
        announced = {"size": len(content), "hash": hashlib.sha1(content, usedforsecurity=False).hexdigest()}
        entry = make_entry(**({"creation_time": at, "service_start_time": at} | announced | changes))
        self.contents[entry.unique_id] = content
        lot = SubmissionSet(
            entry_uuid=f"urn:uuid:{uuid4()}", availability_status=AvailabilityStatus.APPROVED, submission_time=at
        )
        self.entries.append(entry)
        self.submission_sets.append(lot)
        self._link(AssociationType.HAS_MEMBER, lot.entry_uuid, entry.entry_uuid)
        if replaces:
            self._link(AssociationType.REPLACES, entry.entry_uuid, replaces)
            self._change(replaces, availability_status=AvailabilityStatus.DEPRECATED)
        return entry

    def _link(self, kind: AssociationType, source: str, target: str) -> None:
        self.associations.append(Association(entry_uuid=f"urn:uuid:{uuid4()}", type=kind, source=source, target=target))

    def _change(self, entry_uuid: str, **changes: Any) -> None:
        import msgspec

        self.entries = [
            msgspec.structs.replace(e, **changes) if e.entry_uuid == entry_uuid else e for e in self.entries
        ]

    def answer(self, query: StoredQuery) -> QueryResponse:
        """What the registry answers."""
        uuids = set(query.texts("$uuid")) | set(query.texts("$XDSDocumentEntryEntryUUID"))
        if query.id == QueryId.FIND_DOCUMENTS:
            return QueryResponse(document_entries=tuple(e for e in self.entries if _matches(e, query)))
        if query.id == QueryId.FIND_SUBMISSION_SETS:
            since = query.time("$XDSSubmissionSetSubmissionTimeFrom")
            lots = (s for s in self.submission_sets if since is None or (s.submission_time or since) >= since)
            return QueryResponse(submission_sets=tuple(lots))
        links = tuple(a for a in self.associations if {a.source, a.target} & uuids)
        if query.id == QueryId.GET_ASSOCIATIONS:
            return QueryResponse(associations=links)
        assert query.id == QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS
        return QueryResponse(
            document_entries=tuple(e for e in self.entries if e.entry_uuid in uuids), associations=links
        )


def _matches(entry: DocumentEntry, query: StoredQuery) -> bool:
    since = query.time("$XDSDocumentEntryServiceStartTimeFrom")
    statuses = set(query.texts("$XDSDocumentEntryStatus"))
    types = {code.code for group in query.codes("$XDSDocumentEntryTypeCode") for code in group}
    return (
        (not statuses or str(entry.availability_status) in statuses)
        and (since is None or (entry.service_start_time is not None and entry.service_start_time >= since))
        and (not types or (entry.type_code is not None and entry.type_code.code in types))
    )


def make_entry(**changes: Any) -> DocumentEntry:
    """A current document; each has its own identifiers."""
    number = next(_numbers)
    now = datetime.now(UTC).replace(microsecond=0)
    uuid = f"urn:uuid:{uuid4()}"
    values: dict[str, Any] = {
        "entry_uuid": uuid,
        "logical_id": uuid,
        "version": "1",
        "unique_id": f"1.2.250.1.999.77.3.{number}",
        "repository_unique_id": "1.2.250.1.999.77.9",
        "availability_status": AvailabilityStatus.APPROVED,
        "mime_type": "text/xml",
        "title": f"Compte rendu {number}",
        "creation_time": now - timedelta(days=2),
        "service_start_time": now - timedelta(days=2),
        "type_code": Coded("34112-3", LOINC, "CR hospitalier"),
        "class_code": Coded("10", "1.2.250.1.213.1.1.4.1", "Compte rendu"),
        "confidentiality_codes": (NORMAL,),
        "source_patient_info": ("PID-5|MARTIN^JEANNE",),
    }
    return DocumentEntry(**(values | changes))


@dataclass(frozen=True)
class Asked:
    """One call, as the double received it."""

    transaction: str
    finess_juridique: str
    professional: Professional
    ins: str
    access_mode: AccessMode
    query: str = ""
    confidentiality: str | None = None


@dataclass
class World:
    """Every DMP, what was asked of them, and the failures to play."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    failures: dict[str, list[TramontaneError]] = field(default_factory=dict)
    on_send: Callable[[Asked], None] = lambda _asked: None

    def of(self, ins: str) -> Dossier:
        """A patient's DMP; none is created for who never had one."""
        return self.dossiers.get(ins) or Dossier(DmpStatus(exists=False, open=False))

    def open(self, ins: str, **status: Any) -> Dossier:
        """Give a patient a DMP, open and authorised unless `status` says otherwise."""
        self.dossiers[ins] = Dossier(replace(Dossier().status, **status))
        return self.dossiers[ins]

    def fail(self, transaction: str, *errors: TramontaneError) -> None:
        """The next calls of a transaction fail, in order."""
        self.failures.setdefault(transaction, []).extend(errors)

    @property
    def transactions(self) -> list[str]:
        """What was asked, in order."""
        return [asked.transaction for asked in self.asked]


class DmpDouble:
    """`DmpClient` for the tests of the hospital application."""

    def __init__(self, world: World, connection: DmpConnection) -> None:
        self.world = world
        self.finess_juridique = connection.legal_entity.finess_juridique
        self.closed = False

    def status(
        self,
        professional: Professional,
        patient: Ins,
        access_mode: AccessMode = AccessMode.NORMAL,
        *,
        confidentiality: str | None = None,
    ) -> DmpStatus:
        asked = self._asked("TD0.2", professional, patient, access_mode, secretly=confidentiality)
        return self._exchange(
            asked,
            lambda: replace(
                self.world.of(patient.value).status, opposition_bris_de_glace=None, opposition_acces_urgence=None
            ),
        )

    def details(
        self,
        professional: Professional,
        patient: Ins,
        access_mode: AccessMode = AccessMode.NORMAL,
        *,
        confidentiality: str | None = None,
    ) -> DmpStatus:
        asked = self._asked("TD1.3a", professional, patient, access_mode, secretly=confidentiality)
        return self._exchange(asked, lambda: self.world.of(patient.value).status)

    def authorise(
        self, professional: Professional, patient: Ins, *, confidentiality: str | None = None
    ) -> ServiceStatus:
        def authorised() -> ServiceStatus:
            dossier = self.world.of(patient.value)
            dossier.status = replace(dossier.status, authorisation=Authorisation.VALIDE)
            return ServiceStatus()

        return self._exchange(
            self._asked("TD0.3", professional, patient, AccessMode.NORMAL, secretly=confidentiality), authorised
        )

    def query(
        self,
        professional: Professional,
        patient: Ins,
        stored_query: StoredQuery,
        access_mode: AccessMode = AccessMode.NORMAL,
        *,
        confidentiality: str | None = None,
    ) -> QueryResponse:
        name = stored_query.id.name if isinstance(stored_query.id, QueryId) else stored_query.id
        asked = self._asked("TD3.1", professional, patient, access_mode, name, secretly=confidentiality)
        return self._exchange(asked, lambda: self.world.of(patient.value).answer(stored_query))

    def retrieve_to(
        self,
        professional: Professional,
        patient: Ins,
        documents: Sequence[tuple[str, str]],
        sink: Callable[[DocumentEvent], object],
        access_mode: AccessMode = AccessMode.NORMAL,
        *,
        confidentiality: str | None = None,
    ) -> RegistryResponse:
        def poured() -> RegistryResponse:
            contents = self.world.of(patient.value).contents
            for repository_id, unique_id in documents:
                described = DocumentDescription(repository_id, unique_id, "text/xml")
                content = contents[unique_id]
                sink(DocumentBegins(described))
                for start in range(0, len(content), 7):
                    sink(DocumentData(memoryview(content)[start : start + 7]))
                sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
                sink(DocumentEnds(described, sha1, len(content)))
            return RegistryResponse()

        return self._exchange(
            self._asked("TD3.2", professional, patient, access_mode, secretly=confidentiality), poured
        )

    def close(self) -> None:
        self.closed = True

    def _asked(
        self,
        transaction: str,
        professional: Professional,
        patient: Ins,
        mode: AccessMode,
        query: str = "",
        *,
        secretly: str | None,
    ) -> Asked:
        return Asked(transaction, self.finess_juridique, professional, patient.value, mode, query, secretly)

    def _exchange(self, asked: Asked, answer: Callable[[], T]) -> T:
        """As the core of the client does it: ASKED, send, outcome, whatever happens."""
        exchange = Exchange(
            transaction=asked.transaction,
            professional=asked.professional,
            patient=None,
            access_mode=asked.access_mode,
            assertion_id=f"_{uuid4()}",
            message_id=f"urn:uuid:{uuid4()}",
            attempt=1,
            asked_at=datetime.now(UTC),
        )
        failure: BaseException | None = None
        try:
            observe(exchange)
            return self._send(asked, answer)
        except BaseException as error:
            failure = error
            raise
        finally:
            known = failure if isinstance(failure, TramontaneError) else None
            observe(
                replace(
                    exchange,
                    outcome=_outcome(failure),
                    error=known,
                    status=None if failure else 200,
                    answered_at=datetime.now(UTC),
                )
            )

    def _send(self, asked: Asked, answer: Callable[[], T]) -> T:
        self.world.on_send(asked)
        self.world.asked.append(asked)
        waiting = self.world.failures.get(asked.transaction)
        if waiting:
            raise waiting.pop(0)
        return answer()


def _outcome(failure: BaseException | None) -> Outcome:
    if failure is None:
        return Outcome.ANSWERED
    if isinstance(failure, TransportError):
        return Outcome.FAILED
    return Outcome.REFUSED if isinstance(failure, RemoteRefusal) else Outcome.ABANDONED
