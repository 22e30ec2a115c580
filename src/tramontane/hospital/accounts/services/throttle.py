"""Failed attempts, per account name and per address: rows in the database, so that every worker counts the same."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from tramontane.hospital.accounts.models import Throttle


class Scope(StrEnum):
    """What is counted."""

    PASSWORD = "password"  # noqa: S105 - the name of a counter
    CODE = "code"
    ADDRESS = "address"


# From so many failures in a row, blocked for so long.
STEPS: dict[Scope, tuple[tuple[int, timedelta], ...]] = {
    Scope.PASSWORD: ((5, timedelta(minutes=1)), (10, timedelta(minutes=15)), (20, timedelta(hours=12))),
    Scope.CODE: ((5, timedelta(minutes=5)), (10, timedelta(hours=1)), (15, timedelta(hours=12))),
    Scope.ADDRESS: ((100, timedelta(minutes=5)),),
}
# After so long without a failure, the count starts again. A whole hospital may share one address: short memory, wide step.
MEMORY = {Scope.PASSWORD: timedelta(hours=24), Scope.CODE: timedelta(hours=24), Scope.ADDRESS: timedelta(minutes=10)}


def key(scope: Scope, name: str) -> str:
    """The row of a counter. Hashed: what people type by mistake in a login field is often their password."""
    return hashlib.sha256(f"{scope}:{name.strip().casefold()}".encode()).hexdigest()


def address_of(request: HttpRequest) -> str:
    """The client's address; behind the trusted proxy, the last one it wrote."""
    if settings.ENVIRONMENT.trusted_proxy_socket:
        return request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def blocked_until(at: datetime, *keys: str) -> datetime | None:
    """Until when attempts under one of `keys` are refused; None when they are not."""
    rows = Throttle.objects.filter(key__in=keys, blocked_until__gt=at).values_list("blocked_until", flat=True)
    return max((until for until in rows if until is not None), default=None)


def failed(at: datetime, **names: str) -> None:
    """Count one failure for each `scope=name`."""
    for scope, name in names.items():
        if name:
            _count(Scope(scope), key(Scope(scope), name), at)


def _count(scope: Scope, row_key: str, at: datetime) -> None:
    with transaction.atomic():
        Throttle.objects.get_or_create(key=row_key, defaults={"last_failure_at": at})
        row = Throttle.objects.select_for_update().get(key=row_key)
        row.failures = 1 if at - row.last_failure_at > MEMORY[scope] else row.failures + 1
        row.last_failure_at = at
        delays = [delay for threshold, delay in STEPS[scope] if row.failures >= threshold]
        row.blocked_until = at + delays[-1] if delays else None
        row.save()


def succeeded(scope: Scope, name: str) -> None:
    """Forget the failures of a name."""
    Throttle.objects.filter(key=key(scope, name)).delete()
