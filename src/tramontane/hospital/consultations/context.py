"""What every page shows of consultation: the emergency accesses in force (EX_0.2-1050, EX_0.3-1050)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may
from tramontane.hospital.consultations.selectors import emergencies_in_force


def emergencies(request: HttpRequest) -> dict[str, Any]:
    """`emergencies`: those of the person logged in, newest first. Read only by the templates that show them."""
    account: Account | None = getattr(request, "account", None)
    if account is None or not may(account, Role.CLINICIAN):
        return {"emergencies": ()}
    return {"emergencies": emergencies_in_force(account, clock.now())}
