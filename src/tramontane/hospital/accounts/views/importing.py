"""Accounts by CSV: choose a file, read the report, apply."""

from __future__ import annotations

import base64

from django.http import HttpResponse
from django.shortcuts import render

from tramontane.hospital import clock
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import importing
from tramontane.hospital.accounts.views.accounts import manager

MAX_BYTES = 4 * 1024 * 1024


@manager
def import_accounts(request: AuthenticatedRequest) -> HttpResponse:
    """Three states of one page: choose, report, done. The file travels with the report: nothing is kept aside."""
    data = _file(request)
    context: dict[str, object] = {"columns": importing.COLUMNS, "roles": importing.ROLES}
    if data is None:
        if request.method == "POST":
            context["error"] = "Choisissez un fichier CSV d’au plus 4 Mo."
        return render(request, "accounts/import.html", context)
    entity = request.account.legal_entity
    try:
        if "apply" in request.POST:
            context["done"] = True
            context["report"] = importing.apply(entity, data, actor(request.account, request.proof))
        else:
            context["report"] = importing.rehearse(entity, data, clock.now(), request.account)
            context["content"] = base64.b64encode(data).decode()
    except ValueError as error:
        context["error"] = str(error)
    return render(request, "accounts/import.html", context)


def _file(request: AuthenticatedRequest) -> bytes | None:
    if "content" in request.POST:
        try:
            return base64.b64decode(request.POST["content"], validate=True)
        except ValueError:  # binascii.Error, and characters outside ASCII
            return None
    uploaded = request.FILES.get("file")
    if uploaded is None or (uploaded.size or 0) > MAX_BYTES:
        return None
    return bytes(uploaded.read())
