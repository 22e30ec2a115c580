"""The preview pane: metadata of the document chosen, its content once read, what may be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.selectors import shown_document
from tramontane.hospital.consultations.views.solutions import Card, card
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.folders import place_of
from tramontane.hospital.documents.models import RecordDocument, RetrievedContent
from tramontane.hospital.documents.rows import WARN_REPRESENTATIVES, Line
from tramontane.hospital.documents.services import filing, reading, sending
from tramontane.hospital.documents.services.sending import content_of
from tramontane.hospital.documents.viewer import Shown, show

NOTHING: dict[str, Any] = {"row": None}


def of_dmp(request: AuthenticatedRequest, access: Access, rows: Iterable[Line]) -> dict[str, Any]:
    """The document of `?doc=`, among those of the list: what is not in it does not exist here."""
    wanted = request.GET.get("doc", "")
    row = next((row for row in rows if row.unique_id == wanted), None) if wanted else None
    if row is None:
        return NOTHING
    session_key = request.session.session_key or ""
    at_hand = {row.unique_id: row for row in rows if row.read}
    content = selectors.content_of(access, session_key, row.unique_id, clock.now()) if row.read else None
    shown = shown_document(access.account, access.patient, row.unique_id)
    return {
        "row": row,
        "entry": shown.entry if shown else None,
        "content": content,
        "shown": shown_of(content, session_key) if content else None,
        "at_hand": list(at_hand.values()),
        "place": place_of(row.type_code, row.class_code, selectors.rules_of(access.account.legal_entity_id)),
        "places": selectors.places_of(access.account.legal_entity, access.patient) if content else [],
    }


def shown_of(content: RetrievedContent, session_key: str) -> Shown:
    """What to show of a content this session read.

    Raises:
        SealBrokenError: read by another session.
    """
    stem = f"document-dmp-{timezone.localtime(content.fetched_at):%Y%m%d-%H%M}"
    return show(reading.opened(content, session_key), stem=stem, zone=timezone.get_current_timezone())


def of_local(request: AuthenticatedRequest, access: Access) -> dict[str, Any]:
    """The document of `?doc=` in the local record."""
    wanted = request.GET.get("doc", "")
    found = selectors.record_document(access.patient, int(wanted)) if wanted.isdecimal() and len(wanted) < 18 else None
    if found is None:
        return {"local": None}
    document = found.document
    return {
        "local": found,
        "hidden_warning": WARN_REPRESENTATIVES,
        "shown": shown_locally(document),
        "may_undo": filing.may_undo(document, access.account, request.session.session_key or ""),
        "against": _against(access, found),
    }


def shown_locally(document: RecordDocument) -> Shown:
    """What to show of a document of the record."""
    return show(content_of(document), stem=f"document-{document.pk}", zone=timezone.get_current_timezone())


def _against(access: Access, found: selectors.RecordRow) -> list[Card]:
    reasons = sending.reasons_against(access, found.document) if _concerns_sending(found) else ()
    return [card(access.account, access.patient, reason) for reason in reasons]


def _concerns_sending(found: selectors.RecordRow) -> bool:
    return found.sendable or (found.dispatch is not None and found.dispatch.state in ("held", "refused"))
