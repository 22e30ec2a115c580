"""The half-open login: the password was right, the second factor is still to come. Lives in the session, not for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest

from tramontane.hospital.accounts.models import Account

LIVES = timedelta(minutes=10)
_KEY = "pending"


def start(request: HttpRequest, account: Account, at: datetime, next_address: str) -> None:
    """Remember who gave a right password, under a new session key."""
    request.session.flush()
    request.session[_KEY] = {"account": account.pk, "at": at.isoformat(), "next": next_address}


def account_of(request: HttpRequest, at: datetime) -> Account | None:
    """The account half logged in, None when there is none or it took too long."""
    kept = request.session.get(_KEY)
    if kept is None or at - datetime.fromisoformat(kept["at"]) > LIVES:
        return None
    return Account.objects.select_related("legal_entity").filter(pk=kept["account"], is_active=True).first()


def next_of(request: HttpRequest) -> str:
    """Where to go once the login is complete."""
    return str(request.session.get(_KEY, {}).get("next", "/"))
