"""A référentiel: its texts with their status, its editions, and the import of the official text in three states."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from tramontane.hospital import clock
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import official_workbook, permissions
from tramontane.hospital.homologation.commission_forms import CompletionForm
from tramontane.hospital.homologation.selectors import dossiers
from tramontane.hospital.homologation.services import opening
from tramontane.hospital.homologation.views.brought import brought
from tramontane.rules.referentiels import InvalidReferentiel, TexteStatut, shipped_ids

MAX_BYTES = 2_000_000


@requires(*permissions.READERS)
@require_GET
def referentiel(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """What is known of a référentiel, and where each text comes from."""
    _known(name)
    entity = request.account.legal_entity
    content = dossiers.current(entity, name)
    missing = sum(one.texte_statut in (TexteStatut.A_SAISIR, TexteStatut.PARAPHRASE) for one in content.exigences)
    context = {
        "referentiel": content,
        "missing": missing,
        "editions": dossiers.editions(entity).filter(referentiel=name),
        "may_edit": permissions.edits(request.account),
    }
    return render(request, "homologation/referentiel.html", context)


@requires(*permissions.EDITORS)
@require_http_methods(["GET", "POST"])
def import_text(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Choose a file, read the report, record. The file travels with the report: nothing is kept aside."""
    _known(name)
    entity = request.account.legal_entity
    context: dict[str, Any] = {"referentiel": dossiers.current(entity, name), "form": CompletionForm()}
    data, file_name = brought(request, MAX_BYTES)
    if request.method == "POST":
        try:
            rehearsal = opening.rehearse(entity, name, data)
        except InvalidReferentiel as error:
            return render(request, "homologation/import.html", context | {"problems": error.problems}, status=422)
        if "apply" in request.POST:
            who = actor(request.account, request.proof)
            opening.enter(entity, name, data, file_name, actor=who)
            messages.success(
                request, "L’édition est enregistrée. Les dossiers ouverts gardent la leur.", extra_tags="ok"
            )
            return redirect("homologation:referentiel", name)
        context |= {"rehearsal": rehearsal, "content": base64.b64encode(data).decode(), "file_name": file_name}
    return render(request, "homologation/import.html", context)


@requires(*permissions.READERS)
@require_GET
def template(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """The workbook to fill in."""
    _known(name)
    now = clock.now()
    content = official_workbook.template(dossiers.current(request.account.legal_entity, name), now)
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="texte-officiel-{name}.xlsx"'
    return answer


def _known(name: str) -> None:
    if name not in shipped_ids():
        raise Http404("Ce référentiel n’existe pas.")
