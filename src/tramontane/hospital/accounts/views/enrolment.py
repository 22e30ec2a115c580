"""First login: one's own password, then a second factor, then recovery codes."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts import pending, sessions
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.forms import NewPasswordForm, TotpForm
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, factors, passkeys, passwords
from tramontane.hospital.accounts.views.login import next_step
from tramontane.hospital.accounts.views.second_factor import TOO_LATE, WRONG_CODE

RECOVERY_PAGE = "/mon-compte/codes-de-secours/"


@never_cache
def new_password(request: HttpRequest) -> HttpResponse:
    """Replace the temporary password."""
    account = pending.account_of(request, clock.now())
    if account is None or not passwords.is_temporary(account):
        return redirect(TOO_LATE)
    form = NewPasswordForm(account, request.POST or None)
    if form.is_valid():
        passwords.choose(account, form.cleaned_data["password"], actor(account, None))
        return redirect(next_step(account))
    context = {"form": form, "handed": passwords.last_handed(account)}
    return render(request, "accounts/new_password.html", context, status=422 if form.errors else 200)


def _enrolling(request: HttpRequest) -> Account | None:
    """The account that may enrol its first factor: half logged in, own password, no factor yet."""
    account = pending.account_of(request, clock.now())
    if account is None or passwords.is_temporary(account) or factors.count(account):
        return None
    return account


@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """Choose the first factor."""
    account = _enrolling(request)
    if account is None:
        return redirect(TOO_LATE)
    return render(request, "accounts/enrol.html", {"account": account})


@require_POST
def enrol_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to create the first passkey."""
    account = _enrolling(request)
    if account is None:
        return JsonResponse({"error": "La connexion a pris trop de temps. Recommencez."}, status=403)
    options = passkeys.registration_options(request.session, account, clock.now())
    return HttpResponse(options, content_type="application/json")


@require_POST
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the first passkey: it was just presented, so the session opens with it."""
    account = _enrolling(request)
    if account is None:
        return JsonResponse({"error": "La connexion a pris trop de temps. Recommencez."}, status=403)
    now = clock.now()
    try:
        passkeys.register(request.session, account, passkeys.parse(request.body), now, actor(account, None))
    except passkeys.PasskeyError as error:
        return JsonResponse({"error": str(error)}, status=422)
    sessions.begin(request, account, proofs.local("passkey", now))
    return JsonResponse({"next": RECOVERY_PAGE})


@never_cache
def enrol_totp(request: HttpRequest) -> HttpResponse:
    """Enrol an authentication application: the first right code opens the session."""
    account = _enrolling(request)
    if account is None:
        return redirect(TOO_LATE)
    form = TotpForm(request.POST or None)
    now = clock.now()
    if form.is_valid():
        if codes.confirm_totp(request.session, account, form.cleaned_data["code"], now, actor(account, None)):
            sessions.begin(request, account, proofs.local("totp", now))
            return redirect(RECOVERY_PAGE)
        form.add_error("code", WRONG_CODE)
    context = totp_context(request, account, form)
    return render(request, "accounts/enrol_totp.html", context, status=422 if form.errors else 200)


def totp_context(request: HttpRequest, account: Account, form: TotpForm) -> dict[str, object]:
    """The QR code as an image in the page (no request carries the secret), and the key in groups to type."""
    secret = codes.begin_totp(request.session)
    qr = segno.make(codes.provisioning_uri(account, secret), error="m").svg_data_uri(scale=4, border=4, light="#ffffff")
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"form": form, "qr": qr, "secret": groups}
