"""A precise search, on an explicit act. It changes no memory: the next opening still starts from the last opening."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.db import transaction

from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.xds import DocumentCriteria, DocumentEntry, find_documents
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway, knowledge, searching
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.services.judging import trace_refusal
from tramontane.hospital.consultations.view import Failure
from tramontane.hospital.consultations.words import failure_of
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.rules.access import Purpose, Reason


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a precise search gave: entries, or why not."""

    entries: tuple[DocumentEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    failure: Failure | None = None


def search(access: Access, criteria: DocumentCriteria) -> SearchResult:
    """TD3.1 FindDocuments with the professional's criteria (types, period, statuses…). Traces the refusal or the call."""
    wanted = msgspec.structs.replace(criteria, patient_id=gateway.ins_of(access.patient).cx)
    found = searching.Found(withholding=withheld_types(access.account, access.service))
    try:
        found.take(gateway.query(access, find_documents(wanted), explicit=True))
        asked = tuple(dict.fromkeys(entry.unique_id for entry in found.entries))
        newer = searching.newer_of(found, lambda query: gateway.query(access, query, explicit=True))
        with transaction.atomic(durable=True):
            gateway.lock_patient(access.patient.pk)
            gateway.permit(access, Purpose.LIST, explicit=True)
            knowledge.keep_entries(access, found.entries, clock.now())
            knowledge.keep_newer(access.patient, newer)
    except gateway.AccessRefusedError as refusal:
        trace_refusal(access, refusal.refused)
        return SearchResult(reasons=refusal.refused.reasons)
    except TramontaneError as error:
        return SearchResult(failure=failure_of(error, clock.now()))
    entries = {entry.unique_id: entry for entry in found.entries}
    return SearchResult(tuple(entries[uid] for uid in asked), tuple(found.warnings))
