"""What every page shows of consultation: emergency accesses (EX_0.2-1050, EX_0.3-1050) and secret connections (EX_0.1-1100)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may
from tramontane.hospital.consultations import selectors


def standing(request: HttpRequest) -> dict[str, Any]:
    """`standing`: emergencies and secret connections of the person logged in. Read only by the templates that show them."""
    account: Account | None = getattr(request, "account", None)
    if account is None or not may(account, Role.CLINICIAN):
        return {"standing": ()}
    return {"standing": selectors.standing(account, clock.now())}
