"""Pages that are not there, forms that are too old."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tramontane.ui import failing


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A name this installation does not answer to, or a request that no browser sends."""
    return render(request, "national/bad_request.html", status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address that exists for nobody, or not for this person."""
    return render(request, "national/not_found.html", status=404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The form was opened in another session."""
    return render(request, "national/stale_form.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Our own fault, or the database is away: nothing was written, the transaction went with it."""
    if failing.storage_is_away():
        return failing.page(request, "ui/unavailable.html", 503)
    return render(request, "national/failed.html", status=500)
