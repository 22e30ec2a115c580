"""What every page shows around its content: who is there, where she may go, how many messages wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tramontane.national.models import AccessNotification
from tramontane.national.pages.navigation import current, entries_for


def around(request: HttpRequest) -> dict[str, Any]:
    """`person`, `navigation`, `current_entry`, `unread`, `personas`; empty before login."""
    person = getattr(request, "person", None)
    if person is None:
        return {"person": None, "navigation": [], "personas": settings.NATIONAL_UNSAFE_PERSONAS}
    entries = entries_for(person)
    unread = AccessNotification.objects.filter(patient=person.viewed, seen_at=None) if person.viewed else None
    return {
        "person": person,
        "navigation": entries,
        "current_entry": current(entries, request.path),
        "unread": unread.count() if unread is not None else 0,
        "personas": settings.NATIONAL_UNSAFE_PERSONAS,
    }
