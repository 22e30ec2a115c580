"""The trace of a refused login, in the legal entity of the account that was named."""

from __future__ import annotations

from django.db import transaction

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


def trace_refusal(login: str, reason: str) -> None:
    """Trace a refusal. An unknown name is traced without it: people type passwords in login fields."""
    account = Account.objects.select_related("legal_entity").filter(login=login.strip()).first()
    who = actor(account, None) if account else Actor(finess_juridique="")
    with transaction.atomic():
        record(Event("connexion.refusee", who, outcome="refusé", detail={"reason": reason}))
