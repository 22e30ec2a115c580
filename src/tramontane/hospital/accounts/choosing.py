"""A proof that several accounts of one person may open: which establishment first. Lives in the session, not for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tramontane.hospital.accounts import pending
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.oidc.situations import Situation
from tramontane.hospital.accounts.proof import SessionProof

TOO_LATE = "/connexion/?fin=trop-long"
_KEY = "choosing"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a provider has just proven, and where the person was going.

    Attributes:
        subject, provider_session: how the provider names the person and the session it opened.
    """

    proof: SessionProof
    subject: str
    provider_session: str
    situations: tuple[Situation, ...]
    next_address: str


def offer(request: HttpRequest, accounts: list[Account], opening: Opening, at: datetime) -> HttpResponse:
    """Keep what was proven, under a new session key, and ask."""
    request.session.flush()
    request.session[_KEY] = {
        "accounts": [account.pk for account in accounts],
        "at": at.isoformat(),
        "proof": proofs.as_kept(opening.proof),
        "subject": opening.subject,
        "provider_session": opening.provider_session,
        "situations": [situation.as_dict() for situation in opening.situations],
        "next": opening.next_address,
    }
    return redirect("accounts:choose-account")


def recall(request: HttpRequest, at: datetime) -> tuple[list[Account], Opening] | None:
    """The accounts still open to choice and what was proven; None when nothing is, or it took too long."""
    kept = request.session.get(_KEY)
    if kept is None or at - datetime.fromisoformat(kept["at"]) > pending.LIVES:
        return None
    accounts = Account.objects.select_related("legal_entity").filter(pk__in=kept["accounts"], is_active=True)
    opening = Opening(
        proof=proofs.from_kept(kept["proof"]),
        subject=kept["subject"],
        provider_session=kept["provider_session"],
        situations=tuple(Situation.from_dict(values) for values in kept["situations"]),
        next_address=kept["next"],
    )
    return list(accounts.order_by("legal_entity__name", "pk")), opening


def show(request: HttpRequest, accounts: list[Account], *, missing: bool) -> HttpResponse:
    """The page of the choice."""
    context = {"accounts": accounts, "missing": missing}
    return render(request, "accounts/choose_account.html", context, status=422 if missing else 200)
