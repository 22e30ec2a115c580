"""« Confirmez votre identité »: two factors for a session that has none, or none any more."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts import sessions
from tramontane.hospital.accounts.forms import StepUpForm
from tramontane.hospital.accounts.oidc.profiles import providers
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.services import codes, factors, passwords, throttle
from tramontane.hospital.accounts.services.refusals import trace_refusal
from tramontane.hospital.accounts.views import card
from tramontane.hospital.accounts.views.home import next_address
from tramontane.hospital.accounts.views.login import blocked_sentence

WRONG = "Le mot de passe ou le code n’est pas le bon."


@never_cache
def step_up(request: AuthenticatedRequest) -> HttpResponse:
    """Every way this account has to prove two factors, the strongest first."""
    wanted = next_address(request, request.GET.get("suite", ""))
    account = request.account
    own_password = account.has_usable_password() and not passwords.is_temporary(account)
    offers_code = factors.has_totp(account) and own_password
    form = StepUpForm(request.POST or None) if offers_code else None
    if form is not None and form.is_valid() and _confirmed(request, form):
        return redirect(wanted)
    known = set(account.external_identities.values_list("provider", flat=True))
    context = {
        "suite": wanted,
        "form": form,
        "has_passkey": account.passkeys.exists(),
        "card": card.address(wanted) if account.rpps else "",
        "providers": [profile for key, profile in providers().items() if key in known],
    }
    return render(request, "accounts/step_up.html", context, status=422 if form is not None and form.errors else 200)


def _confirmed(request: AuthenticatedRequest, form: StepUpForm) -> bool:
    """Both the password and the code, or neither counts."""
    now = clock.now()
    account = request.account
    refusal = blocked_sentence(now, password=account.login, code=account.login, address=throttle.address_of(request))
    if refusal:
        form.add_error(None, refusal)
        return False
    right = account.check_password(form.cleaned_data["password"])
    if not right or not codes.check_totp(account, form.cleaned_data["code"], now):
        throttle.failed(now, code=account.login, address=throttle.address_of(request))
        trace_refusal(account.login, "confirmation d’identité")
        form.add_error(None, WRONG)
        return False
    throttle.succeeded(throttle.Scope.CODE, account.login)
    sessions.strengthen(request, account, proofs.local("totp", now))
    return True
