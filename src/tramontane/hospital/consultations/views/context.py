"""What a page needs to show the status line, its refusal cards and their buttons."""

from __future__ import annotations

from typing import Any

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.consultations.views.solutions import solve


def record_context(request: AuthenticatedRequest, access: Access, record: RecordView | None = None) -> dict[str, Any]:
    """`patient`, `record`, `solutions`; without `record`, what may be shown without any call."""
    shown = record if record is not None else services.displayed(access)
    return {"patient": access.patient, "record": shown, "solutions": solve(request.account, access.patient, shown)}
