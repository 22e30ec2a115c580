"""First step of a local login: name and password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts import sessions


def login(request: HttpRequest) -> HttpResponse:
    """The login page."""
    return render(request, "accounts/login.html")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.end(request)
    return redirect("accounts:login")
