"""How the session of this browser stands, and « Rester connecté »."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tramontane.hospital.accounts import middleware, returning, sessions
from tramontane.hospital.accounts.context import seconds_left


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """Seconds left, whose session it is, and the token its forms need. A page reads it by GET without being a sign of
    activity (`middleware.UNATTENDED`); a person who stays sends a POST.
    """
    account = getattr(request, "account", None)
    if account is None:
        return JsonResponse({"left": 0, "why": getattr(request, "ended", "") or middleware.ENDED})
    end = sessions.end_of(request.session)
    return JsonResponse(
        {
            "left": seconds_left(request),
            "why": end[1] if end else "",
            "person": returning.mark(account.handle),
            "csrf": get_token(request),
        }
    )
