"""One professional at one patient's record: the hospital decides, then the DMP is asked. Only this module calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tramontane.client import DmpClient, Professional
from tramontane.demo.facts import gather, professional
from tramontane.demo.values import Patient, Staff
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.transactions.td3_2 import RetrievedDocument
from tramontane.dmp.xds import (
    Association,
    AvailabilityStatus,
    DocumentCriteria,
    DocumentEntry,
    Period,
    QueryResponse,
    StoredQuery,
    find_documents,
)
from tramontane.rules.access import Decision, Purpose, decide
from tramontane.rules.consultation import (
    NextSearch,
    associations_search,
    classify,
    documents_searches,
    opening_search,
    years_before,
)


@dataclass(frozen=True)
class Visit:
    """Someone, a patient, and the connection to the DMP.

    Attributes:
        logged_in: when the professional opened their session, aware.
        now: the instant of the visit, aware, in the zone of the dates shown.
    """

    dmp: DmpClient
    who: Staff
    patient: Patient
    logged_in: datetime
    now: datetime

    @property
    def caller(self) -> Professional:
        """The professional as the client wants them."""
        return professional(self.who, self.logged_in)

    def decide(self, purpose: Purpose, status: DmpStatus | None = None) -> Decision:
        """What the hospital's rules say of this call."""
        facts = gather(self.who, self.patient, self.logged_in, status=status, gesture=purpose is Purpose.RETRIEVE)
        return decide(facts, purpose)

    def status(self) -> DmpStatus:
        """TD0.2."""
        return self.dmp.status(self.caller, self.patient.ins)

    def entries(self) -> tuple[DocumentEntry, ...]:
        """TD3.1 FindDocuments: two years of acts, active and archived."""
        criteria = DocumentCriteria(
            patient_id=self.patient.ins.cx,
            statuses=(AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED),
            service_start=Period(start=years_before(self.now, 2)),
        )
        return self._ask(find_documents(criteria)).document_entries

    def news(self, previous: datetime) -> frozenset[str]:
        """unique_id of what was submitted since: FindSubmissionSets, GetAssociations, GetDocumentsAndAssociations."""
        search = opening_search(self.patient.ins, previous=previous, at=self.now)
        assert isinstance(search, NextSearch)
        second = associations_search(self._ask(search.query).submission_sets)
        if second is None:
            return frozenset()
        answers = [self._ask(query) for query in documents_searches(self._ask(second).associations)]
        return _notified([e for a in answers for e in a.document_entries], [x for a in answers for x in a.associations])

    def retrieve(self, entries: Sequence[DocumentEntry]) -> tuple[RetrievedDocument, ...]:
        """TD3.2, several documents in one call."""
        asked = [(entry.repository_unique_id, entry.unique_id) for entry in entries]
        return tuple(self.dmp.retrieve(self.caller, self.patient.ins, asked))

    def _ask(self, query: StoredQuery) -> QueryResponse:
        return self.dmp.query(self.caller, self.patient.ins, query)


def _notified(entries: Sequence[DocumentEntry], associations: Sequence[Association]) -> frozenset[str]:
    return frozenset(finding.entry.unique_id for finding in classify(entries, associations, ()).to_notify)
