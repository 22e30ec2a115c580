"""The notice page, and where a login lands: on the notice first when it is due."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from tramontane.hospital import clock
from tramontane.hospital.accounts import returning
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.notice import notice as current_notice
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor, notice_state
from tramontane.hospital.accounts.services import notice as service
from tramontane.hospital.accounts.views.home import next_address
from tramontane.rules.access.facts import NoticeState


def landing(account: Account, wanted: str) -> str:
    """The page after login: the notice for a clinician who has to read it (again), then the page asked for, if it is hers."""
    wanted = returning.address_for(wanted, account.handle)
    if account.has_role(Role.CLINICIAN) and notice_state(account, clock.now()) is not NoticeState.READ:
        return f"{reverse('accounts:notice')}?{urlencode({'suite': wanted})}"
    return wanted


def notice(request: AuthenticatedRequest) -> HttpResponse:
    """Read, then « J'ai compris »."""
    wanted = next_address(request, request.GET.get("suite", ""))
    now = clock.now()
    if request.method == "POST":
        service.acknowledge(request.account, actor(request.account, request.proof), now)
        return redirect(wanted)
    context = {
        "notice": current_notice(),
        "state": notice_state(request.account, now),
        "last": request.account.notice_readings.order_by("-read_at").first(),
        "days": settings.ENVIRONMENT.notice_days,
        "next_reading": now + timedelta(days=settings.ENVIRONMENT.notice_days),
        "suite": wanted,
    }
    return render(request, "accounts/notice.html", context)
