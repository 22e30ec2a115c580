"""A request that failed because nothing can be read or kept for now: said as such (503), not as a fault of ours (500)."""

from __future__ import annotations

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = "10"  # seconds
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def storage_is_away() -> bool:
    """Whether the failure being handled is the database's absence, its lock, or a full disk. Called by a `handler500`."""
    error = sys.exc_info()[1]
    return isinstance(error, OperationalError | InterfaceError) or getattr(error, "errno", None) in _NO_ROOM


def page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that asks nothing of the database: no session, no person, no message."""
    retry = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return HttpResponse(render_to_string(template, {"retry": retry}), status=status, headers=headers(status))


def headers(status: int) -> dict[str, str]:
    """Those of a failure: never kept by a cache; when to come back, if it is worth it."""
    return {"Cache-Control": "no-store"} | ({"Retry-After": RETRY_AFTER} if status == 503 else {})
