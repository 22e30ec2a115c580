"""The documents of a dossier: download, workbook out and back, audit pack, exchange formats."""

from __future__ import annotations

import base64
import mimetypes
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.dmp.errors import LocalError
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.documents import excel, issuing, returned
from tramontane.hospital.homologation.documents.content import content_of
from tramontane.hospital.homologation.documents.exchange import EXCHANGES
from tramontane.hospital.homologation.documents.forms import WorkbookForm
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.wording import handed_out
from tramontane.hospital.homologation.models import Dossier, Homologation
from tramontane.hospital.homologation.selectors import journal
from tramontane.hospital.homologation.services import moving
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.homologation.views.brought import brought
from tramontane.hospital.homologation.views.desk import of_dossier, page, succeeded, weak
from tramontane.rules.homologation import ASSESSABLE, DossierState
from tramontane.ui.workbook_reading import MAX_BYTES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@of_dossier(*permissions.READERS)
@require_GET
def documents(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every document, in each form it has."""
    signed: Homologation | None = getattr(dossier, "homologation", None)
    content = content_of(dossier)
    papers = [
        (key, paper, content.decided or not paper.decided, next(iter(handed_out(dossier, key, content)), None))
        for key, paper in PAPERS.items()
    ]
    packs = journal.traces(dossier).filter(event="homologation.pack")[:5]
    context = {
        "papers": papers,
        "signed": signed,
        "packs": [(row.recorded_at, row.account_name, row.detail["files"], row.detail["sha256"]) for row in packs],
        "exchanges": EXCHANGES.items(),
        "numbered": any(row["numero_cnda_releve"] for row in content.values.get("logiciels", [])),
    }
    return page(request, dossier, "documents", context)


@of_dossier(*permissions.READERS)
@require_GET
def download(request: AuthenticatedRequest, dossier: Dossier, key: str, form: str) -> HttpResponse:
    """One document, in PDF or in Word."""
    if key not in PAPERS or form not in issuing.FORMS:
        raise Http404("Ce document n’existe pas.")
    try:
        data = issuing.handed(dossier, key, form, actor=actor(request.account, request.proof))
    except RefusedError as refused:
        raise Http404(" ".join(one.sentence for one in refused.objections)) from None
    return _file(data, f"{PAPERS[key].stem}-dossier-{dossier.number}.{form}")


@of_dossier(*permissions.EDITORS)
@require_POST
def with_numbers(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The support documentaire with the CNDA numbers, for once (EX_GEN-1490): two factors, and a trace a number."""
    if weak(request):
        return redirect("homologation:documents", dossier.number)
    data = issuing.handed_with_numbers(dossier, actor=actor(request.account, request.proof))
    answer = _file(data, f"support-documentaire-dossier-{dossier.number}-numeros-cnda.pdf")
    answer["Cache-Control"] = "no-store"
    return answer


@of_dossier(*permissions.READERS)
@require_GET
def workbook(_request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The two sheets of the webinar."""
    revisions = dict(dossier.assessments.values_list("exigence", "revision"))
    return _file(excel.exported(content_of(dossier), revisions), f"auto-evaluation-dossier-{dossier.number}.xlsx")


@of_dossier(*permissions.READERS)
@require_GET
def exchange(_request: AuthenticatedRequest, dossier: Dossier, name: str) -> HttpResponse:
    """The référentiel or the assessment, for another tool."""
    if name not in EXCHANGES:
        raise Http404("Ce format n’existe pas.")
    one = EXCHANGES[name]
    return _file(one.write(content_of(dossier)), one.file_name)


@of_dossier(*permissions.EDITORS)
@require_http_methods(["GET", "POST"])
def take_back(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Choose a workbook, read what it would change, apply. The file travels with the report: nothing is kept aside."""
    form, context = WorkbookForm(), {"open": DossierState(dossier.state) in ASSESSABLE}
    if request.method != "POST":
        return page(request, dossier, "workbook", context | {"form": form})
    data, _ = brought(request, MAX_BYTES)
    rehearsal = returned.rehearse(dossier, data, moving.today())
    if "apply" in request.POST and not rehearsal.problems:
        who, count = actor(request.account, request.proof), len(rehearsal.changes)
        if succeeded(request, lambda: returned.apply(rehearsal, who), f"Changements enregistrés : {count}."):
            return redirect("homologation:exigences", dossier.number)
        rehearsal = returned.rehearse(dossier, data, moving.today())
    shown: dict[str, Any] = {"form": form, "rehearsal": rehearsal, "content": base64.b64encode(data).decode()}
    return page(request, dossier, "workbook", context | shown, status=422 if rehearsal.problems else 200)


@of_dossier(*permissions.READERS)
@require_POST
def pack(request: AuthenticatedRequest, dossier: Dossier) -> StreamingHttpResponse | HttpResponse:
    """The audit pack of a signed dossier, as a stream."""
    signed: Homologation | None = getattr(dossier, "homologation", None)
    if signed is None:
        messages.error(request, "Le pack d’audit se fabrique une fois le procès-verbal signé.")
        return redirect("homologation:documents", dossier.number)
    try:
        pieces = issuing.packed(signed, actor=actor(request.account, request.proof))
    except LocalError as refused:  # the key that signs its manifest: a pack is not made without saying so
        messages.error(request, f"La clef de signature ne peut pas servir : {refused.message}", extra_tags="stop")
        return redirect("homologation:documents", dossier.number)
    answer = StreamingHttpResponse(pieces, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="pack-audit-dossier-{dossier.number}.zip"'
    return answer


def _file(data: bytes, name: str) -> HttpResponse:
    kind = XLSX if name.endswith(".xlsx") else mimetypes.guess_type(name)[0]
    answer = HttpResponse(data, content_type=kind or "application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
