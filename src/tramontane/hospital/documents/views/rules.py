"""The filing table of the establishment: where each document type goes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.folders import Place, default_place, default_places
from tramontane.hospital.documents.models import FolderRule
from tramontane.hospital.documents.types import type_options
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.services import record


@dataclass(frozen=True, slots=True)
class Line:
    """A type, where it goes, and whether the establishment decided so."""

    code: str
    label: str
    place: Place
    own: bool


@requires(Role.RSSI)
@require_http_methods(["GET", "POST"])
def listing(request: AuthenticatedRequest) -> HttpResponse:
    """Every type of JDV_J66 with its folder; one is changed at a time, or given back to the default."""
    if request.method == "POST":
        _change(request)
        return redirect(f"{request.path}#type-{request.POST.get('type', '')}")
    rules = selectors.rules_of(request.account.legal_entity_id)
    lines = [
        Line(coded.code, coded.label, rules.get(coded.code, default_place(coded.code)), coded.code in rules)
        for coded in type_options()
    ]
    wanted = request.GET.get("q", "").strip()
    shown = [line for line in lines if wanted.casefold() in f"{line.label} {line.code} {line.place}".casefold()]
    folders = sorted({place.folder for place in (*default_places(), *rules.values())})
    context = {"lines": shown, "total": len(lines), "own": len(rules), "q": wanted, "folders": folders}
    return render(request, "documents/rules.html", context)


def _change(request: AuthenticatedRequest) -> None:
    code, folder = request.POST.get("type", ""), request.POST.get("dossier", "").strip()[:80]
    known = value_set(ValueSetName.TYPE_CODE).find(code)
    if known is None:
        messages.error(request, "Ce type n’est pas un type du DMP.")
        return
    subfolder, entity = request.POST.get("sous_dossier", "").strip()[:80], request.account.legal_entity
    with transaction.atomic():
        if "defaut" in request.POST or Place(folder, subfolder) == default_place(code) or not folder:
            changed = bool(FolderRule.objects.filter(legal_entity=entity, type_code=code).delete()[0])
            folder, subfolder = default_place(code).folder, default_place(code).subfolder
        else:
            values = {"folder": folder, "subfolder": subfolder}
            changed = not FolderRule.objects.filter(legal_entity=entity, type_code=code, **values).exists()
            FolderRule.objects.update_or_create(legal_entity=entity, type_code=code, defaults=values)
        detail = {"what": "classement", "type": code, "folder": folder, "subfolder": subfolder}
        if changed:
            record(Event("configuration.modifiee", actor(request.account, request.proof), detail=detail))
    messages.success(request, f"« {known.label} » se classe désormais sous « {Place(folder, subfolder)} ».")
