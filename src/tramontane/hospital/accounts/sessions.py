"""Opening and ending browser sessions. One door for every means of login."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, OpenSession
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import passwords
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.services import record

ACCOUNT, STARTED, SEEN, RIGHTS = "account", "started_at", "seen_at", "rights_version"
# Why a session ended by itself.
EXPIRED_IDLE, EXPIRED_AGE = "inactivite", "duree"


def begin(request: HttpRequest, account: Account, proof: SessionProof, **provider: str) -> None:
    """Open the session of `account`: a new key and nothing kept of what came before (session fixation).

    Args:
        provider: `provider`, `subject`, `provider_session`, for a delegated login.
    """
    now = clock.now()
    OpenSession.objects.filter(session_key=request.session.session_key or "").delete()
    request.session.flush()
    request.session.create()
    request.session.update(
        {ACCOUNT: account.pk, STARTED: now.isoformat(), SEEN: now.isoformat(), RIGHTS: account.rights_version}
    )
    proofs.write(request.session, proof)
    request.session.save()
    with transaction.atomic():
        OpenSession.objects.create(
            account=account, session_key=request.session.session_key or "", started_at=now, **provider
        )
        Account.objects.filter(pk=account.pk).update(last_login=now)
        record(Event("connexion.reussie", actor(account, proof), outcome=proof.outcome, detail={"means": proof.label}))
    request.account, request.proof = account, proof  # type: ignore[attr-defined]  # as SessionGuard would
    for sentence in passwords.tell(account, now):
        messages.warning(request, sentence)


def strengthen(request: HttpRequest, account: Account, proof: SessionProof) -> None:
    """A better proof for a session already open: same rights, new key. A weaker proof never replaces a better one."""
    current: SessionProof | None = getattr(request, "proof", None)
    if current is not None and current.two_factors and not proof.two_factors:
        return
    old = request.session.session_key
    request.session.cycle_key()
    proofs.write(request.session, proof)
    request.session.save()
    with transaction.atomic():
        OpenSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
        record(Event("connexion.reussie", actor(account, proof), outcome=proof.outcome, detail={"means": proof.label}))
    request.proof = proof  # type: ignore[attr-defined]  # as SessionGuard would


def end(request: HttpRequest) -> None:
    """Log out: the session and everything in it is gone."""
    account = getattr(request, "account", None)
    if account is not None:
        with transaction.atomic():
            record(Event("connexion.fin", actor(account, getattr(request, "proof", None))))
    drop([request.session.session_key or ""])
    request.session.flush()


def end_all(account: Account) -> int:
    """End every open session of an account, e.g. at departure. Returns how many."""
    return drop(list(OpenSession.objects.filter(account=account).values_list("session_key", flat=True)))


def drop(keys: list[str]) -> int:
    """Delete sessions by key, with their rows."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store().delete(key)
    OpenSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def end_of(session: Any) -> tuple[datetime, str] | None:
    """When the session ends if nothing more is asked of it, aware, and why; None when it never began."""
    started, seen = instant(session, STARTED), instant(session, SEEN)
    if started is None or seen is None:
        return None
    return min(
        (started + timedelta(hours=settings.ENVIRONMENT.session_hours), EXPIRED_AGE),
        (seen + timedelta(minutes=settings.ENVIRONMENT.session_idle_minutes), EXPIRED_IDLE),
    )


def instant(session: Any, key: str) -> datetime | None:
    """An instant kept in the session."""
    text = session.get(key)
    return datetime.fromisoformat(text) if text else None
