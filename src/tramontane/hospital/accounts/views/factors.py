"""One's own factors: list, add, remove. Changing them asks for a fresh proof of two factors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.forms import TotpForm
from tramontane.hospital.accounts.models import Movement
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, passkeys
from tramontane.hospital.accounts.services import factors as service
from tramontane.hospital.accounts.views.enrolment import totp_context
from tramontane.hospital.accounts.views.notice import landing
from tramontane.hospital.accounts.views.second_factor import WRONG_CODE

FRESH = timedelta(minutes=15)
LAST = "C’est votre dernier second facteur : ajoutez-en un autre avant de le retirer."


def fresh_proof(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for two factors again when they were given too long ago, or never."""

    @wraps(view)
    def guarded(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_fresh_proof(request):
            return view(request, *args, **kwargs)
        address = step_up_address(reverse("accounts:factors"))
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"next": address})
        return redirect(address)

    return guarded


def has_fresh_proof(request: AuthenticatedRequest) -> bool:
    """Whether two factors were given, and not long ago."""
    return request.proof.two_factors and clock.now() - request.proof.instant < FRESH


def step_up_address(wanted: str) -> str:
    """Where one's identity is confirmed, to go on to `wanted`."""
    return f"{reverse('accounts:step-up')}?{urlencode({'suite': wanted})}"


def mine(request: AuthenticatedRequest) -> HttpResponse:
    """What I have, and what I can add."""
    context = {
        "passkeys": request.account.passkeys.order_by("created_at"),
        "has_totp": service.has_totp(request.account),
        "recovery_left": request.account.recovery_codes.filter(used_at=None).count(),
        "fresh": has_fresh_proof(request),
        "handed": request.account.movements.filter(kind=Movement.Kind.PASSWORD)
        .select_related("applied_by")
        .order_by("-pk")[:10],
        "removable": service.count(request.account) > 1,
    }
    return render(request, "accounts/factors.html", context)


@require_POST
@fresh_proof
def add_passkey_options(request: AuthenticatedRequest) -> HttpResponse:
    """What the browser needs to create another passkey."""
    options = passkeys.registration_options(request.session, request.account, clock.now())
    return HttpResponse(options, content_type="application/json")


@require_POST
@fresh_proof
def add_passkey(request: AuthenticatedRequest) -> HttpResponse:
    """Keep another passkey."""
    who = actor(request.account, request.proof)
    try:
        passkeys.register(request.session, request.account, passkeys.parse(request.body), clock.now(), who)
    except passkeys.PasskeyError as error:
        return JsonResponse({"error": str(error)}, status=422)
    messages.success(request, "La clé d’accès est enregistrée.")
    return JsonResponse({"next": reverse("accounts:factors")})


@require_POST
@fresh_proof
def remove_passkey(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Forget a passkey."""
    _say(request, done=service.remove_passkey(request.account, pk, actor(request.account, request.proof)))
    return redirect("accounts:factors")


@never_cache
@fresh_proof
def add_totp(request: AuthenticatedRequest) -> HttpResponse:
    """Enrol an authentication application."""
    if service.has_totp(request.account):
        return redirect("accounts:factors")
    form = TotpForm(request.POST or None)
    if form.is_valid():
        who = actor(request.account, request.proof)
        if codes.confirm_totp(request.session, request.account, form.cleaned_data["code"], clock.now(), who):
            messages.success(request, "L’application d’authentification est enregistrée.")
            return redirect("accounts:factors")
        form.add_error("code", WRONG_CODE)
    context = totp_context(request, request.account, form)
    return render(request, "accounts/add_totp.html", context, status=422 if form.errors else 200)


@require_POST
@fresh_proof
def remove_totp(request: AuthenticatedRequest) -> HttpResponse:
    """Forget the authentication application."""
    _say(request, done=service.remove_totp(request.account, actor(request.account, request.proof)))
    return redirect("accounts:factors")


@never_cache
@fresh_proof
def recovery_codes(request: AuthenticatedRequest) -> HttpResponse:
    """Explain, then show ten new codes once."""
    shown = []
    if request.method == "POST":
        shown = codes.renew_recovery_codes(request.account, actor(request.account, request.proof))
    left = request.account.recovery_codes.filter(used_at=None).count()
    return render(
        request, "accounts/recovery_codes.html", {"codes": shown, "left": left, "suite": landing(request.account, "/")}
    )


def _say(request: AuthenticatedRequest, *, done: bool) -> None:
    if done:
        messages.success(request, "Le second facteur est retiré.")
    else:
        messages.error(request, LAST)
