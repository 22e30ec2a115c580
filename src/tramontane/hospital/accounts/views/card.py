"""CPx card login: say who the card names, then open the session, or confirm the identity of the one already open."""

from __future__ import annotations

import logging
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts import sessions
from tramontane.hospital.accounts.card import channel, holder
from tramontane.hospital.accounts.card.door import CardDoor, DoorError, door
from tramontane.hospital.accounts.card.errors import CardError
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.services.refusals import trace_refusal
from tramontane.hospital.accounts.views.home import next_address
from tramontane.hospital.accounts.views.notice import landing

logger = logging.getLogger("tramontane.accounts")


def address(wanted: str) -> str:
    """Where a card is read, to go on to `wanted`; empty when this installation reads none."""
    try:
        found = door()
    except DoorError:
        logger.exception("card.door_unusable")
        return ""
    return _at(found, wanted) if found else ""


def _at(found: CardDoor, wanted: str) -> str:
    return f"{found.address}{reverse('accounts:card')}?{urlencode({'suite': wanted})}"


@never_cache
def card(request: HttpRequest) -> HttpResponse:
    """GET says whom the card names and asks; POST opens. Two steps: a link on another site never opens a session."""
    found = door()
    if found is None:
        raise Http404
    wanted = next_address(request, request.GET.get("suite", ""))
    if f"https://{request.get_host()}" != found.address:
        return HttpResponseRedirect(_at(found, wanted))
    try:
        answer = _read(request, found, wanted)
    except CardError as error:
        answer = _refused(request, wanted, error)
    except DoorError:
        answer = _refused(request, wanted, CardError("autorites-illisibles"))
    # After the form the browser goes back to the application's own port: another origin, to be named.
    answer._csp_update = {"form-action": [settings.ENVIRONMENT.base_url]}  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's way
    return answer


def _read(request: HttpRequest, found: CardDoor, wanted: str) -> HttpResponse:
    now = clock.now()
    certificate = channel.certificate(request, found)
    accounts = _mine(request, holder.accounts_of(holder.rpps_of(certificate, found.trust(), now)))
    chosen = _chosen(request, accounts)
    if chosen is None:
        context = {"accounts": accounts, "missing": request.method == "POST", "suite": wanted}
        return render(request, "accounts/card.html", context, status=422 if request.method == "POST" else 200)
    proof = replace(proofs.local("cpx", now), detail=_evidence(certificate))
    _open(request, chosen, proof)
    return HttpResponseRedirect(settings.ENVIRONMENT.base_url + landing(chosen, wanted))


def _mine(request: HttpRequest, accounts: list[Account]) -> list[Account]:
    """To confirm an identity, the account of the open session and no other."""
    current: Account | None = getattr(request, "account", None)
    if current is None:
        return accounts
    if current not in accounts:
        raise CardError("autre-personne")
    return [current]


def _chosen(request: HttpRequest, accounts: list[Account]) -> Account | None:
    if request.method != "POST":
        return None
    if len(accounts) == 1:
        return accounts[0]
    return next((account for account in accounts if str(account.pk) == request.POST.get("account", "")), None)


def _evidence(certificate: x509.Certificate) -> dict[str, str]:
    """Which certificate answered, for the trace."""
    return {
        "certificate_serial": f"{certificate.serial_number:x}",
        "certificate_sha256": certificate.fingerprint(hashes.SHA256()).hex(),
    }


def _open(request: HttpRequest, account: Account, proof: SessionProof) -> None:
    if getattr(request, "account", None) is not None:
        sessions.strengthen(request, account, proof)
    else:
        sessions.begin(request, account, proof)


def _refused(request: HttpRequest, wanted: str, error: CardError) -> HttpResponse:
    """The page of a refused card: sentence, code, other ways in."""
    logger.warning("card.refused", extra={"check": error.code})
    account: Account | None = getattr(request, "account", None)
    trace_refusal(account.login if account else "", f"carte : {error.code}")
    context = {"error": error, "suite": wanted, "base_url": settings.ENVIRONMENT.base_url}
    return render(request, "accounts/card_refused.html", context, status=403)
