"""Passwords: checked at constant cost, temporary when someone else chose them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from tramontane.hospital.accounts.models import Account, Movement
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

TEMPORARY_FOR = timedelta(days=7)
# No letter or digit that is read for another when it is dictated.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def check(login: str, password: str) -> Account | None:
    """The active account of this name and password. An unknown name costs as much time as a wrong password."""
    account = Account.objects.select_related("legal_entity").filter(login=login.strip(), is_active=True).first()
    if account is None:
        make_password(password)
        return None
    return account if account.check_password(password) else None


def is_temporary(account: Account) -> bool:
    """Whether someone else chose this password: it only serves to choose another."""
    return account.password_temporary_until is not None


def is_dead(account: Account, at: datetime) -> bool:
    """Whether the temporary password was not used in time."""
    return account.password_temporary_until is not None and account.password_temporary_until <= at


def choose(account: Account, password: str, actor: Actor) -> None:
    """The account's own new password.

    Raises:
        ValidationError: too short, too common, or too close to the person's name.
    """
    validate_password(password, user=account)
    account.set_password(password)
    account.password_temporary_until = None
    with transaction.atomic():
        account.save(update_fields=["password", "password_temporary_until"])
        record(Event("compte.modifie", actor, detail={"change": "mot de passe choisi"}))


def hand_over(account: Account, actor: Actor, at: datetime) -> str:
    """Give a temporary password, shown once. The person will be told who gave it, at her next login by any means."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    account.set_password(password)
    account.password_temporary_until = at + TEMPORARY_FOR
    with transaction.atomic():
        account.save(update_fields=["password", "password_temporary_until"])
        Movement.objects.create(
            account=account, kind=Movement.Kind.PASSWORD, source="manual", received_at=at, applied_at=at,
            applied_by_id=actor.account_id,
        )  # fmt: skip
        record(
            Event("compte.modifie", actor, detail={"change": "mot de passe provisoire remis", "account_id": account.pk})
        )
    return password


def tell(account: Account, at: datetime) -> list[str]:
    """Sentences on the passwords handed over in this person's name since she was last told. Said once each."""
    found = account.movements.filter(kind=Movement.Kind.PASSWORD, told_at=None).select_related("applied_by")
    untold = list(found.order_by("pk"))
    account.movements.filter(pk__in=[movement.pk for movement in untold]).update(told_at=at)
    return [_told(movement) for movement in untold]


def last_handed(account: Account) -> Movement | None:
    """Who handed the last temporary password over, and when."""
    found = account.movements.filter(kind=Movement.Kind.PASSWORD).select_related("applied_by")
    return found.order_by("-pk").first()


def _told(movement: Movement) -> str:
    by = movement.applied_by.display_name if movement.applied_by else "l’exploitation"
    when = timezone.localtime(movement.applied_at)
    return (
        f"Un mot de passe provisoire a été remis en votre nom par {by}, le {when:%d/%m/%Y} à {when.hour}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{when.minute:02d}. "
        "Si ce n’était pas à votre demande, prévenez le RSSI tout de suite."
    )
