"""Second step of a local login: passkey, code of the day, or recovery code."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts import pending, sessions
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.forms import RecoveryForm, TotpForm
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.services import codes, factors, passkeys, passwords, throttle
from tramontane.hospital.accounts.services.refusals import trace_refusal
from tramontane.hospital.accounts.views.home import next_address
from tramontane.hospital.accounts.views.login import blocked_sentence
from tramontane.hospital.accounts.views.notice import landing

TOO_LATE = "/connexion/?fin=trop-long"
WRONG_CODE = "Ce code n’est pas le bon, ou il a déjà servi. Attendez le code suivant et recommencez."
WRONG_RECOVERY = "Ce code de secours n’est pas le bon, ou il a déjà servi."


@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Every factor the account has, the strongest first."""
    account = pending.account_of(request, clock.now())
    if account is None or passwords.is_temporary(account):
        # A password that someone else knows opens one page: the one to choose another.
        return redirect(TOO_LATE if account is None else "accounts:new-password")
    totp, recovery = TotpForm(), RecoveryForm()
    if request.method == "POST":
        if "recovery" in request.POST:
            form: TotpForm | RecoveryForm = (recovery := RecoveryForm(request.POST))
        else:
            form = totp = TotpForm(request.POST)
        if form.is_valid() and (answer := _try_code(request, account, form)) is not None:
            return answer
    context = {
        "account": account,
        "totp": totp if factors.has_totp(account) else None,
        "recovery": recovery if account.recovery_codes.filter(used_at=None).exists() else None,
        "has_passkey": account.passkeys.exists(),
        "suite": pending.next_of(request),
    }
    return render(
        request, "accounts/second_factor.html", context, status=422 if totp.errors or recovery.errors else 200
    )


def _try_code(request: HttpRequest, account: Account, form: TotpForm | RecoveryForm) -> HttpResponse | None:
    """Open the session, or put the reason in the form."""
    is_recovery = isinstance(form, RecoveryForm)
    now = clock.now()
    field, use = ("recovery", codes.use_recovery_code) if is_recovery else ("code", codes.check_totp)
    refusal = blocked_sentence(now, code=account.login, address=throttle.address_of(request))
    if refusal:
        form.add_error(None, refusal)
        return None
    if not use(account, form.cleaned_data[field], now):
        throttle.failed(now, code=account.login, address=throttle.address_of(request))
        trace_refusal(account.login, "code de secours" if is_recovery else "code à usage unique")
        form.add_error(field, WRONG_RECOVERY if is_recovery else WRONG_CODE)
        return None
    throttle.succeeded(throttle.Scope.CODE, account.login)
    wanted = pending.next_of(request)
    sessions.begin(request, account, proofs.local("recovery" if is_recovery else "totp", now))
    if is_recovery:
        left = account.recovery_codes.filter(used_at=None).count()
        messages.warning(request, f"{proofs.ONE_FAMILY} Le DMP reste fermé. Codes de secours restants : {left}.")
    return redirect(landing(account, wanted))


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge: for the account already known (half or fully logged in), or for whoever holds the key."""
    now = clock.now()
    return HttpResponse(
        passkeys.authentication_options(request.session, _known(request), now), content_type="application/json"
    )


@require_POST
def passkey_verify(request: HttpRequest) -> HttpResponse:
    """The answer to the challenge: opens the session, or strengthens the one already open.

    Never suspended after failed attempts: nobody guesses a signature, and it is the way out of a suspended password.
    """
    now = clock.now()
    known = _known(request)
    try:
        account = passkeys.authenticate(request.session, passkeys.parse(request.body), now, only=known)
    except passkeys.PasskeyError as error:
        trace_refusal(known.login if known else "", "clé d’accès")
        return JsonResponse({"error": str(error)}, status=422)
    wanted = next_address(request, request.GET.get("suite", ""))
    proof = proofs.local("passkey", now)
    if getattr(request, "account", None) is not None:
        sessions.strengthen(request, account, proof)
    else:
        sessions.begin(request, account, proof)
    return JsonResponse({"next": landing(account, wanted)})


def _known(request: HttpRequest) -> Account | None:
    return getattr(request, "account", None) or pending.account_of(request, clock.now())
