"""Reading one document for an interface: the same explicit act as on screen, then its bytes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.http import FileResponse

from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.selectors import shown_document
from tramontane.hospital.consultations.services.judging import trace_refusal
from tramontane.hospital.consultations.services.retrieving import WITHHELD
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.rows import Row
from tramontane.hospital.documents.services import reading
from tramontane.hospital.documents.views.record import listable
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.hospital.interfaces import problems
from tramontane.rules.access import Purpose


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes, as the DMP gave them and as it announced them."""

    unique_id: str
    media_type: str
    data: bytes
    sha256: bytes


def lines(access: Access, record: RecordView, session_key: str) -> selectors.DmpList:
    """The list without its entries (`documents.selectors.rows_of` adds them to a page), when this record may be listed now.

    Raises:
        ProblemError: with every reason, or the state of the record.
    """
    if not listable(record):
        raise problems.not_listable(record)
    return selectors.dmp_lines(access, record, session_key, clock.now())


def row(access: Access, session_key: str, unique_id: str) -> Row:
    """One document of the list, without any call.

    Raises:
        ProblemError: 404 when it is not in the list, 403 or 409 when there is no list.
    """
    found = lines(access, consultations.displayed(access), session_key).rows
    for one in selectors.rows_of(access, [line for line in found if line.unique_id == unique_id]):
        return one
    raise problems.unknown_document()


def content(access: Access, session_key: str, unique_id: str) -> Content:
    """Fetch a document, or give again what this session has just read. Traces: those of the reading on screen.

    Raises:
        ProblemError: 403 or 404 with every reason, 502 or 504 with whose fault.
    """
    _permit(access, unique_id)
    outcome = reading.read(access, session_key, [unique_id])
    if outcome.reasons:
        raise problems.refused(outcome.reasons)
    if outcome.failure is not None:
        raise problems.failed(outcome.failure)
    kept = selectors.content_of(access, session_key, unique_id, clock.now())
    if kept is None:
        raise problems.damaged(outcome.damaged)
    data = reading.opened(kept, session_key)
    return Content(unique_id, kept.media_type, data, hashlib.sha256(data).digest())


def _permit(access: Access, unique_id: str) -> None:
    """Judge now, even what this session has already read: a withdrawal, or a rule of the matrix, may have come since."""
    shown = shown_document(access.account, access.patient, unique_id)
    if shown is None:
        raise problems.unknown_document()
    coded = shown.entry.type_code
    if coded is not None and coded.code in withheld_types(access.account, access.service):
        raise problems.refused((WITHHELD,))
    try:
        gateway.permit(access, Purpose.RETRIEVE, explicit=True)
    except gateway.AccessRefusedError as refusal:
        trace_refusal(access, refusal.refused)
        raise problems.refused(refusal.refused.reasons) from refusal


def as_file(found: Content) -> FileResponse:
    """The bytes, streamed, never as a page of this origin."""
    response = FileResponse(BytesIO(found.data), content_type=found.media_type or "application/octet-stream")
    response["Content-Length"] = str(len(found.data))
    response["Content-Disposition"] = "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Repr-Digest"] = f"sha-256=:{base64.b64encode(found.sha256).decode()}:"  # RFC 9530
    return response
