"""What the pages of an establishment share: they belong to no dossier."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.selectors import reminders


def page(request: AuthenticatedRequest, tab: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the establishment: `homologation/{tab}.html`, with its navigation and what the account may do."""
    shared = {
        "raised": reminders.raised(request.account.legal_entity).count(),
        "may_edit": permissions.edits(request.account),
        "may_decide": permissions.decides(request.account),
    }
    return render(request, f"homologation/{tab}.html", shared | context, status=status)
