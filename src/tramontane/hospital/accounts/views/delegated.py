"""Delegated login: leave for the provider, come back, choose a practice situation; and logout from the provider's side."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts import choosing, sessions
from tramontane.hospital.accounts.models import Account, OpenSession
from tramontane.hospital.accounts.oidc import evidence, flow, people, situations, tokens
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.metadata import keys
from tramontane.hospital.accounts.oidc.profiles import ProviderProfile, providers
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import once
from tramontane.hospital.accounts.services.refusals import trace_refusal
from tramontane.hospital.accounts.views.home import next_address
from tramontane.hospital.accounts.views.notice import landing
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.services import record

logger = logging.getLogger("tramontane.accounts")
OTHER_PERSON = "L’identité confirmée n’est pas celle de la session ouverte. Déconnectez-vous d’abord."
CHOICES, CHOSEN = "situations", "situation"
LOGOUT_TOKEN_KEPT = timedelta(hours=1)


def _profile(key: str) -> ProviderProfile:
    profile = providers().get(key)
    if profile is None:
        raise Http404
    return profile


@never_cache
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Leave for the provider."""
    profile = _profile(key)
    wanted = next_address(request, request.GET.get("suite", ""))
    confirming = request.GET.get("confirmer") == "1" and getattr(request, "account", None) is not None
    try:
        return HttpResponseRedirect(flow.start(request.session, profile, clock.now(), wanted, confirming=confirming))
    except OidcError as error:
        return _refused(request, profile, error)


@never_cache
def finish(request: HttpRequest, key: str) -> HttpResponse:
    """Come back from the provider."""
    profile = _profile(key)
    now = clock.now()
    try:
        identity = flow.finish(request.session, profile, request.GET.dict(), now)
        accounts = _mine(request, people.accounts_of(profile, identity))
        opening = _opening(profile, identity, proof_from(profile, identity.claims, now))
        if len(accounts) > 1:
            return choosing.offer(request, accounts, opening, now)
        return _open(request, accounts[0], opening)
    except OidcError as error:
        return _refused(request, profile, error)


def _mine(request: HttpRequest, found: list[Account]) -> list[Account]:
    """To confirm an identity, the account of the open session and no other."""
    current: Account | None = getattr(request, "account", None)
    if current is None:
        return found
    if current not in found:
        raise OidcError("autre-personne", OTHER_PERSON)
    return [current]


def _opening(profile: ProviderProfile, identity: flow.Identity, proof: SessionProof) -> choosing.Opening:
    session_id = identity.claims.get("sid")
    found = situations.read(identity.userinfo) if profile.situations else []
    return choosing.Opening(
        proof=proof,
        subject=str(identity.claims["sub"]),
        provider_session=session_id if isinstance(session_id, str) else "",
        situations=tuple(found),
        next_address=identity.next_address,
    )


def _open(request: HttpRequest, account: Account, opening: choosing.Opening) -> HttpResponse:
    """Open the session of `account`, or strengthen the one already open.

    Raises:
        OidcError: the provider's subject is known for someone else.
    """
    proof = opening.proof
    people.link(proof.provider, opening.subject, account)
    if getattr(request, "account", None) is not None:
        sessions.strengthen(request, account, proof)
    else:
        provider = {"provider": proof.provider, "subject": opening.subject}
        sessions.begin(request, account, proof, **provider, provider_session=opening.provider_session)
    if not proof.two_factors:
        messages.warning(
            request, f"{proof.why_not} Le DMP reste fermé tant que vous n’avez pas confirmé votre identité."
        )
    return _after(request, account, opening)


@never_cache
def choose_account(request: HttpRequest) -> HttpResponse:
    """In which establishment do I work now? For a person who has an account in several."""
    kept = choosing.recall(request, clock.now())
    if kept is None:
        return redirect(choosing.TOO_LATE)
    accounts, opening = kept
    chosen = next((account for account in accounts if str(account.pk) == request.POST.get("account", "")), None)
    if chosen is None:
        return choosing.show(request, accounts, missing=request.method == "POST")
    try:
        return _open(request, chosen, opening)
    except OidcError as error:
        return _refused(request, _profile(opening.proof.provider), error)


def proof_from(profile: ProviderProfile, claims: dict[str, object], now: datetime) -> SessionProof:
    """The proof that these claims make, dated from the authentication itself when it counts."""
    judged = evidence.judge(profile, claims, now)
    auth_time = claims.get("auth_time")
    instant = (
        datetime.fromtimestamp(float(auth_time), UTC) if judged.factors and isinstance(auth_time, int | float) else now
    )
    kept: dict[str, Any] = {name: claims[name] for name in ("acr", "amr", "auth_time") if name in claims}
    return SessionProof(f"oidc:{profile.key}", judged.factors, profile.key, min(instant, now), judged.why_not, kept)


def _after(request: HttpRequest, account: Account, opening: choosing.Opening) -> HttpResponse:
    """Straight on with one practice situation here, or none; a choice when there are several."""
    found = situations.of_entity(list(opening.situations), account.legal_entity)
    if len(found) > 1:
        request.session[CHOICES] = {"items": [item.as_dict() for item in found], "next": opening.next_address}
        return redirect("accounts:situation")
    if found:
        request.session[CHOSEN] = found[0].as_dict()
    return redirect(landing(account, opening.next_address))


@never_cache
def situation(request: AuthenticatedRequest) -> HttpResponse:
    """Under which situation do I work now?"""
    kept = request.session.get(CHOICES)
    if kept is None:
        return redirect("/")
    items = kept["items"]
    choice = request.POST.get("situation", "")
    if choice.isdecimal() and int(choice) < len(items):
        request.session[CHOSEN] = items[int(choice)]
        return redirect(landing(request.account, request.session.pop(CHOICES)["next"]))
    return render(request, "accounts/situation.html", {"items": items, "missing": request.method == "POST"})


def _refused(request: HttpRequest, profile: ProviderProfile, error: OidcError) -> HttpResponse:
    """The page of a refused delegated login: sentence, code, other ways in."""
    logger.warning("oidc.refused", extra={"provider": profile.key, "check": error.code})
    account: Account | None = getattr(request, "account", None)
    trace_refusal(account.login if account else "", f"{profile.key} : {error.code}")
    context = {"provider": profile, "error": error}
    return render(request, "accounts/oidc_refused.html", context, status=403)


@csrf_exempt
@require_POST
@never_cache
def backchannel_logout(request: HttpRequest, key: str) -> HttpResponse:
    """OpenID Connect Back-Channel Logout 1.0 §2.5-2.8: the provider ends the sessions it opened here."""
    profile = _profile(key)
    now = clock.now()
    try:
        claims = _logout_claims(profile, request.POST.get("logout_token"), now)
    except OidcError as error:
        logger.warning("oidc.logout_refused", extra={"provider": profile.key, "check": error.code})
        return JsonResponse({"error": "invalid_request", "error_description": error.code}, status=400)
    named = Q(provider_session=claims["sid"]) if "sid" in claims else Q()
    if "sub" in claims:
        named &= Q(subject=claims["sub"])
    opened = OpenSession.objects.select_related("account__legal_entity").filter(named, provider=profile.key)
    with transaction.atomic():
        for row in opened:
            _trace_end(row)
    sessions.drop([row.session_key for row in opened])
    return HttpResponse(status=200)


def _trace_end(row: OpenSession) -> None:
    record(Event("connexion.fin", actor(row.account, None), detail={"by": row.provider}))


def _logout_claims(profile: ProviderProfile, token: str | None, now: datetime) -> dict[str, Any]:
    """The claims of a logout token, the first time it comes."""
    claims = tokens.logout_token(token, profile, lambda again: keys(profile, now, again=again), now)
    if not once.consume(f"{profile.key}:{claims['jti']}", now + LOGOUT_TOKEN_KEPT):
        raise OidcError("jti-rejoue")
    return claims
