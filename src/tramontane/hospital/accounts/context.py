"""What every page shows of the person logged in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts import returning, sessions
from tramontane.hospital.accounts.navigation import current, entries_for
from tramontane.hospital.accounts.selectors import SERVICE_KEY, services_of

# How long before its end a page says so: long enough to come back to the screen (WCAG 2.2.1 asks for 20 seconds).
WARNED = 120


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends if nothing more is asked of it; 0 when it is over."""
    end = sessions.end_of(request.session)
    return max(0, int((end[0] - clock.now()).total_seconds())) if end else 0


def person(request: HttpRequest) -> dict[str, Any]:
    """`person` (account, proof, services, service), `navigation` and `session`; empty before login."""
    account = getattr(request, "account", None)
    if account is None:
        return {"person": None, "navigation": []}
    services = services_of(request, clock.now())
    chosen = request.session.get(SERVICE_KEY)
    entries = entries_for(account)
    return {
        "person": {
            "account": account,
            "proof": getattr(request, "proof", None),
            "services": services,
            "service": next((s for s in services if s.pk == chosen), services[0] if services else None),
        },
        "navigation": entries,
        "session": {
            "person": returning.mark(account.handle),
            "left": seconds_left(request),
            "warned": min(WARNED, settings.ENVIRONMENT.session_idle_minutes * 20),
        },
        "current_entry": current(entries, request.path),
    }
