"""One rule, two uses: `@requires` refuses the request, `may` hides the button."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tramontane.hospital.accounts.models import Account, Role

View = Callable[..., HttpResponseBase]
NOBODY: frozenset[Role] = frozenset()


def may(account: Account | None, *roles: Role) -> bool:
    """Whether the account holds one of `roles`."""
    return account is not None and any(account.has_role(role) for role in roles)


def requires(*roles: Role) -> Callable[[View], View]:
    """Refuse anyone without one of `roles`, with a page that says which role is needed and who can give it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may(getattr(request, "account", None), *roles):
                return view(request, *args, **kwargs)
            return refuse(request, roles)

        guarded.required_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the url consistency test
        return guarded

    return decorate


def refuse(request: HttpRequest, roles: tuple[Role, ...]) -> HttpResponse:
    """The 403 page of a missing role."""
    labels = [str(role.label) for role in roles]
    return render(request, "accounts/forbidden.html", {"roles": labels}, status=403)
