"""SessionGuard: who asks, whether the session still stands, and the door before every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts import returning, sessions
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.prepared import first, prepared

# Everything else asks for a session. `/api/`, `/fhir/` and `/scim/` carry their own authentication.
OPEN_PATHS = ("/connexion/", "/health/", "/metrics", "/theme.css", "/scim/", "/api/", "/fhir/", "/lancement/")
# The last-seen instant is written at this pace, not at each request: a read page costs no write.
SEEN_EVERY = timedelta(seconds=60)

# What the page asks by itself (how the session stands, how far a long work is) is no sign that someone is there.
UNATTENDED = "X-Unattended"

ENDED = "fermee"
LOST = "perdu"


class SessionGuard:
    """Sets `request.account` and `request.proof`; sends everyone else to the login page.

    The account is read at each request: a departure, a move or a change of roles acts on open sessions at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Guard one request."""
        why = self._identify(request, clock.now())
        request.ended = why  # type: ignore[attr-defined]
        if request.account is None and not request.path.startswith(OPEN_PATHS):  # type: ignore[attr-defined]
            return _to_login(request, why)
        response = self.get_response(request)
        if getattr(request, "account", None) is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _identify(self, request: HttpRequest, now: datetime) -> str:
        """Set the account and its proof, or end the session and say why."""
        request.account, request.proof = None, None  # type: ignore[attr-defined]
        pk = request.session.get(sessions.ACCOUNT)
        if pk is None:
            return ""
        account = first(_active(pk))
        why = ENDED if account is None else _expired(request, now)
        if account is None or why:
            request.left_by = account  # type: ignore[attr-defined]
            sessions.drop([request.session.session_key or ""])
            request.session.flush()
            return why
        _refresh(request, account, now)
        proof = proofs.read(request.session)
        request.account = account  # type: ignore[attr-defined]
        request.proof = proof and proof.at(now, valid_for=timedelta(hours=settings.ENVIRONMENT.proof_hours))  # type: ignore[attr-defined]
        return ""


@prepared
def _active(account_id: int) -> QuerySet[Account]:
    return Account.objects.select_related("legal_entity").filter(pk=account_id, is_active=True)


def _expired(request: HttpRequest, now: datetime) -> str:
    at, why = sessions.end_of(request.session) or (now, sessions.EXPIRED_AGE)
    return why if now >= at else ""


def _refresh(request: HttpRequest, account: Account, now: datetime) -> None:
    seen = sessions.instant(request.session, sessions.SEEN)
    if UNATTENDED not in request.headers and (seen is None or now - seen >= SEEN_EVERY):
        request.session[sessions.SEEN] = now.isoformat()
    if request.session.get(sessions.RIGHTS) != account.rights_version:
        request.session[sessions.RIGHTS] = account.rights_version


def _to_login(request: HttpRequest, why: str) -> HttpResponse:
    """To the login page, and from there back to the page the person was on. A form that was sent is not kept: it is said."""
    left_by: Account | None = getattr(request, "left_by", None)
    page = _page(request)
    suite = returning.for_person(page, left_by.handle) if left_by and page != "/" else page
    asked = {"suite": suite, "fin": why, "envoi": "" if request.method in ("GET", "HEAD") else LOST}
    query = urlencode({name: value for name, value in asked.items() if value not in ("", "/")})
    address = settings.LOGIN_URL + (f"?{query}" if query else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page(request: HttpRequest) -> str:
    """The page shown: what was asked, or where the form or the fragment was asked from, on this site only."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    shown = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(shown, {request.get_host()}):
        return "/"
    return urlsplit(shown)._replace(scheme="", netloc="").geturl()
