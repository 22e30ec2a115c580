"""What every page shows of the person logged in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts.navigation import current, entries_for
from tramontane.hospital.accounts.selectors import SERVICE_KEY, services_of


def person(request: HttpRequest) -> dict[str, Any]:
    """`person` (account, proof, services, service) and `navigation`; empty before login."""
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
        "current_entry": current(entries, request.path),
    }
