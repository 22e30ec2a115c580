"""The proof files: a checklist a year, documents, the packs to deposit on Convergence. Nothing is sent; what leaves is traced."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tramontane.dmp.errors import LocalError
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.objectives import permissions
from tramontane.hospital.objectives.framing import framing_note
from tramontane.hospital.objectives.models import ProofDocument
from tramontane.hospital.objectives.sealing import manifest_signature
from tramontane.hospital.objectives.selectors import proofs as selector
from tramontane.hospital.objectives.services import proving
from tramontane.hospital.objectives.views.desk import page, succeeded
from tramontane.pack import Head, Manifest, stream
from tramontane.rules.objectives import YEARS, definitions


@requires(*permissions.READERS)
@require_GET
def proofs(request: AuthenticatedRequest, year: str = "2027") -> HttpResponse:
    """What a year asks for, what is held, what is missing."""
    _check(year)
    found = selector.held(request.account.legal_entity, year)
    missing = sum(not one.line.done for one in found)
    by_objective = [
        (one, lines)
        for one in definitions().objectifs
        if (lines := [held for held in found if held.line.proof.objectif == one.id])
    ]
    context = {"year": year, "years": YEARS, "held": found, "missing": missing, "by_objective": by_objective}
    return page(request, "proofs", context)


def _check(year: str, objective: str = "") -> None:
    if year not in YEARS or not selector.expected(year, objective):
        raise Http404("Cette année n’a pas de dossier, ou pas pour cet objectif.")


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
@require_POST
def download(request: AuthenticatedRequest, pk: int) -> FileResponse:
    """A document, always as a download, traced."""
    row = _document(request, pk)
    proving.hand_over(row.year, proving.title_of(row), actor=actor(request.account, request.proof))
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
@require_POST
def pack(request: AuthenticatedRequest, year: str, objective: str = "") -> StreamingHttpResponse | HttpResponse:
    """The ZIP of an objective and a year, or of the whole year: documents, statements, PVs, with its manifest, signed when
    a key of this installation is configured. Traced."""
    _check(year, objective)
    try:
        sign = manifest_signature()
    except LocalError as refused:  # a pack is not made without saying that its manifest could not be signed
        messages.error(request, f"La clef de signature ne peut pas servir : {refused.message}", extra_tags="stop")
        return redirect("objectives:proofs-of", year)
    entity, now = request.account.legal_entity, timezone.localtime(clock.now())
    title = f"dossier {year}, objectif {objective}" if objective else f"dossier {year}"
    who = actor(request.account, request.proof)
    proving.hand_over(year, f"{title} (demandé)", actor=who)  # what a broken download took away is traced too

    def ended(manifest: Manifest, sha256: str) -> None:
        proving.hand_over(year, title, actor=who, files=len(manifest.entries), manifest_sha256=sha256)

    head = _head(entity, year, objective)
    content = stream(head, selector.parts(entity, year, now, objective), at=now, ended=ended, sign=sign)
    response = StreamingHttpResponse(content, content_type="application/zip")
    name = "-".join(filter(None, ("preuves", entity.finess_juridique, year, objective)))
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def _head(entity: LegalEntity, year: str, objective: str) -> Head:
    missing = [one.line.proof.titre for one in selector.held(entity, year, objective) if not one.line.done]
    labels = {one.id: one.libelle for one in definitions().objectifs if objective in ("", one.id)}
    facts = (
        ("Établissement", f"{entity.name}, FINESS {entity.finess_juridique}"),
        ("Année", year),
        ("Objectif", f"{objective} {labels[objective]}" if objective else "tous"),
        ("Pièces attendues et absentes", " ; ".join(missing) or "aucune"),
    )
    note = (
        "Liste établie d’après le webinaire du 22/04/2026 : la liste officielle des pièces est celle du portail "
        "Convergence. Ce dossier n’a été envoyé à personne."
    )
    subject = f"Objectif {objective} HospiConnect {year}" if objective else f"Objectifs HospiConnect {year}"
    return Head(f"{subject} : dossier de preuves", facts, selector.ROLES, note, labels)
