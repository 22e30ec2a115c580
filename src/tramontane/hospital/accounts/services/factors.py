"""The second factors of an account, taken together."""

from __future__ import annotations

from django.db import transaction

from tramontane.hospital.accounts import sessions
from tramontane.hospital.accounts.models import Account, TotpDevice
from tramontane.hospital.accounts.services import throttle
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


def has_totp(account: Account) -> bool:
    """Whether an authentication application is enrolled."""
    return TotpDevice.objects.filter(account=account).exists()


def count(account: Account) -> int:
    """How many second factors, recovery codes excepted."""
    return account.passkeys.count() + has_totp(account)


def remove_passkey(account: Account, pk: int, actor: Actor) -> bool:
    """Forget one passkey, never the last factor. Says whether it was done."""
    with transaction.atomic():
        if count(account) < 2:
            return False
        deleted, _ = account.passkeys.filter(pk=pk).delete()
        if deleted:
            record(Event("facteur.retire", actor, detail={"means": "clé d’accès"}))
        return bool(deleted)


def remove_totp(account: Account, actor: Actor) -> bool:
    """Forget the authentication application, never the last factor."""
    with transaction.atomic():
        if count(account) < 2 or not has_totp(account):
            return False
        TotpDevice.objects.filter(account=account).delete()
        record(Event("facteur.retire", actor, detail={"means": "application d’authentification"}))
        return True


def reset(account: Account, actor: Actor) -> None:
    """Forget every factor (lost or stolen phone or key) and end open sessions: the account enrols again."""
    with transaction.atomic():
        account.passkeys.all().delete()
        account.recovery_codes.all().delete()
        TotpDevice.objects.filter(account=account).delete()
        record(Event("facteur.retire", actor, detail={"means": "tous", "account_id": account.pk}))
    sessions.end_all(account)
    throttle.succeeded(throttle.Scope.PASSWORD, account.login)
    throttle.succeeded(throttle.Scope.CODE, account.login)
