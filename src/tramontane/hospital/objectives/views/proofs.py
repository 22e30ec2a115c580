"""The proof files: a checklist a year, documents, and the pack to deposit on Convergence. Nothing is sent."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions
from tramontane.hospital.objectives.framing import framing_note
from tramontane.hospital.objectives.models import ProofDocument
from tramontane.hospital.objectives.selectors import proofs as selector
from tramontane.hospital.objectives.services import proving
from tramontane.hospital.objectives.views.desk import page, succeeded
from tramontane.pack import Head, stream
from tramontane.rules.objectives import YEARS, definitions


@requires(*permissions.READERS)
@require_GET
def proofs(request: AuthenticatedRequest, year: str = "2027") -> HttpResponse:
    """What a year asks for, what is held, what is missing."""
    _check(year)
    found = selector.held(request.account.legal_entity, year)
    missing = sum(not one.line.done for one in found)
    return page(request, "proofs", {"year": year, "years": YEARS, "held": found, "missing": missing})


def _check(year: str) -> None:
    if year not in YEARS:
        raise Http404("Cette année n’a pas de dossier.")


@requires(*permissions.EDITORS)
@require_POST
def deposit(request: AuthenticatedRequest, year: str, key: str) -> HttpResponse:
    """Add a file to a line of the checklist."""
    _check(year)
    file, who = request.FILES.get("file"), actor(request.account, request.proof)
    entity = request.account.legal_entity
    if isinstance(file, UploadedFile):
        succeeded(request, lambda: proving.deposit(entity, year, key, file, actor=who), "Document déposé.")
    return redirect("objectives:proofs-of", year)


def _document(request: AuthenticatedRequest, pk: int) -> ProofDocument:
    row = ProofDocument.objects.filter(legal_entity=request.account.legal_entity, pk=pk).first()
    if row is None:
        raise Http404("Ce document n’existe pas.")
    return row


@requires(*permissions.EDITORS)
@require_POST
def withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Leave a document out of the packs to come."""
    row, who = _document(request, pk), actor(request.account, request.proof)
    succeeded(request, lambda: proving.withdraw(row, actor=who), "Document retiré du dossier.")
    return redirect("objectives:proofs-of", row.year)


@requires(*permissions.READERS)
@require_GET
def download(request: AuthenticatedRequest, pk: int) -> FileResponse:
    """A document, always as a download."""
    row = _document(request, pk)
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.file_name, content_type="application/octet-stream"
    )


@requires(*permissions.READERS)
@require_GET
def template(request: AuthenticatedRequest) -> HttpResponse:
    """The template of the note de cadrage, filled with what is known (Word)."""
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    headers = {"Content-Disposition": 'attachment; filename="note-de-cadrage.docx"'}
    return HttpResponse(framing_note(request.account.legal_entity, clock.now()), media, headers=headers)


@requires(*permissions.READERS)
@require_GET
def pack(request: AuthenticatedRequest, year: str) -> StreamingHttpResponse:
    """The ZIP of a year: documents, statements, PVs, with its manifest."""
    _check(year)
    entity, now = request.account.legal_entity, timezone.localtime(clock.now())
    missing = [one.line.proof.titre for one in selector.held(entity, year) if not one.line.done]
    facts = (
        ("Établissement", f"{entity.name}, FINESS {entity.finess_juridique}"),
        ("Année", year),
        ("Pièces attendues et absentes", " ; ".join(missing) or "aucune"),
    )
    note = (
        "Liste établie d’après le webinaire du 22/04/2026 : la liste officielle des pièces est celle du portail "
        "Convergence. Ce dossier n’a été envoyé à personne."
    )
    labels = {one.id: one.libelle for one in definitions().objectifs}
    head = Head(f"Objectifs HospiConnect {year} : dossier de preuves", facts, selector.ROLES, note, labels)
    content = stream(head, selector.parts(entity, year, now), at=now)
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="preuves-{entity.finess_juridique}-{year}.zip"'
    return response
