"""The parameters: what is unknown officially, how it is read here, since when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions
from tramontane.hospital.objectives.models import ReadingChoice
from tramontane.hospital.objectives.selectors.facts import reading_of
from tramontane.hospital.objectives.services import choosing
from tramontane.hospital.objectives.views.desk import page, succeeded
from tramontane.rules.objectives import definitions


@requires(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def readings_page(request: AuthenticatedRequest) -> HttpResponse:
    """Every parameter; choosing another reading."""
    entity = request.account.legal_entity
    if request.method == "POST" and permissions.edits(request.account):
        name, value = request.POST.get("parameter", ""), request.POST.get("value", "")
        who = actor(request.account, request.proof)
        said = "Lecture enregistrée : elle vaut pour les mois qui ne sont pas clos."
        succeeded(request, lambda: choosing.choose(entity, name, value, actor=who), said)
        return redirect("objectives:readings")
    current = reading_of(entity)
    history = ReadingChoice.objects.filter(legal_entity=entity).select_related("chosen_by").order_by("-pk")
    known = definitions().parametres
    context = {
        "parameters": [(name, one, current[name]) for name, one in known.items()],
        "history": [
            (row, known[row.parameter].libelle, known[row.parameter].choix.get(row.value, row.value))
            for row in history[:20]
        ],
    }
    return page(request, "readings", context)
