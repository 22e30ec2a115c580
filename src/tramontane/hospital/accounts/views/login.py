"""First step of a local login: name and password; and the end of the session."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts import middleware, pending, sessions
from tramontane.hospital.accounts.forms import PasswordForm
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.oidc.profiles import providers
from tramontane.hospital.accounts.services import factors, passwords, throttle
from tramontane.hospital.accounts.services.refusals import trace_refusal
from tramontane.hospital.accounts.views import card
from tramontane.hospital.accounts.views.home import next_address

WRONG = "Identifiant ou mot de passe incorrect."
DEAD = "Ce mot de passe provisoire a expiré. Demandez-en un autre à la personne qui gère les comptes."
ENDINGS = {
    sessions.EXPIRED_IDLE: "Votre session a été fermée après une période sans activité. Reconnectez-vous pour continuer.",
    sessions.EXPIRED_AGE: "Votre session a atteint sa durée maximale. Reconnectez-vous pour continuer.",
    middleware.ENDED: "Votre session a été fermée. Reconnectez-vous pour continuer.",
    "deconnexion": "Vous êtes déconnecté.",
    "trop-long": "La connexion a pris trop de temps. Recommencez.",
}


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """The login page: passkey first, then name and password, then the identity providers."""
    wanted = next_address(request, request.GET.get("suite", ""))
    if getattr(request, "account", None) is not None:
        return redirect(wanted)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _try_password(request, form, wanted)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "suite": wanted,
        "providers": providers().values(),
        "card": card.address(wanted),
        "ending": ENDINGS.get(request.GET.get("fin", ""), ""),
        "lost": request.GET.get("envoi") == middleware.LOST,
    }
    return render(request, "accounts/login.html", context, status=422 if form.errors else 200)


def _try_password(request: HttpRequest, form: PasswordForm, wanted: str) -> HttpResponse | None:
    """Go on to the second factor, or put the reason of the refusal in the form."""
    now = clock.now()
    name = form.cleaned_data["login"]
    refusal = blocked_sentence(now, password=name, address=throttle.address_of(request))
    account = None if refusal else passwords.check(name, form.cleaned_data["password"])
    if refusal or account is None:
        if not refusal:
            throttle.failed(now, password=name, address=throttle.address_of(request))
            trace_refusal(name, "mot de passe")
        form.add_error(None, refusal or WRONG)
        return None
    if passwords.is_dead(account, now):
        form.add_error(None, DEAD)
        return None
    throttle.succeeded(throttle.Scope.PASSWORD, name)
    pending.start(request, account, now, wanted)
    return redirect(next_step(account))


def next_step(account: Account) -> str:
    """After a right password: one's own password first, then a factor to enrol or to present."""
    if passwords.is_temporary(account):
        return "accounts:new-password"
    return "accounts:second-factor" if factors.count(account) else "accounts:enrol"


def blocked_sentence(now: datetime, **names: str) -> str:
    """Why nothing is even tried, and until when. Empty when attempts are open."""
    until = throttle.blocked_until(now, *(throttle.key(throttle.Scope(scope), name) for scope, name in names.items()))
    if until is None:
        return ""
    local = timezone.localtime(until)
    return (
        f"Trop d’essais manqués : les connexions sont suspendues jusqu’à {local.hour} h {local.minute:02d}. "
        "Attendez, utilisez une clé d’accès, ou adressez-vous à la personne qui gère les comptes."
    )


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.end(request)
    return redirect("/connexion/?fin=deconnexion")
