"""The first page after login, and the service chosen in the top bar."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.navigation import entries_for
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import SERVICE_KEY, services_of


def home(request: AuthenticatedRequest) -> HttpResponse:
    """Straight to the first desk; what to do, for those who have none yet."""
    entries = entries_for(request.account)
    return redirect(entries[0].path) if entries else render(request, "accounts/home.html")


@require_POST
def choose_service(request: AuthenticatedRequest) -> HttpResponse:
    """The service one works in now: it decides the site (ET) that every call names."""
    allowed = {str(service.pk): service.pk for service in services_of(request, clock.now())}
    chosen = allowed.get(request.POST.get("service", ""))
    if chosen is not None:
        request.session[SERVICE_KEY] = chosen
    return HttpResponseRedirect(next_address(request, request.POST.get("suite", "")))


def next_address(request: HttpRequest, wanted: str) -> str:
    """A page of this site to go on to; the home page for anything else (open redirects)."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else "/"
