"""Proofs: the page of all of them, adding, revising, attaching, and giving the file back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.commission_forms import MotiveForm
from tramontane.hospital.homologation.forms import AttachForm, ContentForm, EvidenceForm
from tramontane.hospital.homologation.models import Dossier, Evidence, EvidenceRevision
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.facts import evidence_of
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services import moving, proving
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded
from tramontane.hospital.homologation.views.drawer import proofs_shown
from tramontane.hospital.homologation.views.exigences import to_drawer


@of_dossier(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def evidence(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every proof of the dossier; adding one that serves several exigences."""
    known = referentiel_of(dossier.edition).exigences
    posting = request.method == "POST" and permissions.edits(request.account)
    form = EvidenceForm(
        request.POST if posting else None,
        request.FILES if posting else None,
        exigences=known,
        initial={"starts": moving.today()},
    )
    if posting and form.is_valid():
        who, values = actor(request.account, request.proof), form.cleaned_data
        if succeeded(
            request,
            lambda: proving.add(dossier, values["exigences"], values["title"], form.content, actor=who),
            f"« {values['title']} » est jointe au dossier.",
            form,
        ):
            return redirect("homologation:evidence", dossier.number)
    return page(request, dossier, "evidence", _shown(dossier) | {"form": form}, status=422 if form.errors else 200)


def _shown(dossier: Dossier) -> dict[str, Any]:
    served: dict[int, list[str]] = defaultdict(list)
    last: dict[int, EvidenceRevision] = {}
    names = {one.id: one.libelle for one in referentiel_of(dossier.edition).exigences}
    for exigence, revisions in evidence_of(dossier).items():
        for row in revisions:
            last[row.evidence_id] = row
            served[row.evidence_id].append(names.get(exigence, exigence))
    shown = proofs_shown(list(last.values()), moving.today())
    proofs = [one | {"serves": sorted(served[one["revision"].evidence_id])} for one in shown]
    return {"proofs": sorted(proofs, key=lambda one: one["revision"].evidence.title.casefold())}


@of_dossier(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def proof(request: AuthenticatedRequest, dossier: Dossier, evidence: int) -> HttpResponse:
    """One proof, revision after revision; adding a newer one."""
    row = _proof(dossier, evidence)
    gone = getattr(row, "withdrawal", None)
    posting = request.method == "POST" and permissions.edits(request.account)
    form = ContentForm(
        request.POST if posting else None, request.FILES if posting else None, initial={"starts": moving.today()}
    )
    if posting and form.is_valid():
        who = actor(request.account, request.proof)
        shown = None if gone else form  # a withdrawn proof shows no form: the refusal is told at the top
        if succeeded(
            request, lambda: proving.revise(dossier, row, form.content, actor=who), "Révision ajoutée.", shown
        ):
            return redirect("homologation:proof", dossier.number, row.pk)
    context = {"evidence": row, "withdrawal": gone, "revisions": row.revisions.select_related("added_by"), "form": form}
    return page(request, dossier, "proof", context, status=422 if form.errors else 200)


@of_dossier(*permissions.EDITORS)
@require_POST
def add_to(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """From the drawer: a new proof of this exigence."""
    form = ContentForm(request.POST, request.FILES)
    title = request.POST.get("title", "").strip()[:200]
    if not invalid(request, form):
        who, content = actor(request.account, request.proof), form.content
        name = title or (content.file.name if content.file else content.url) or ""
        succeeded(request, lambda: proving.add(dossier, [exigence], name, content, actor=who), "Preuve jointe.")
    return to_drawer(dossier, exigence, "preuves")


@of_dossier(*permissions.EDITORS)
@require_POST
def attach(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """From the drawer: a proof that exists already."""
    form = AttachForm(request.POST, proofs=usable(dossier.legal_entity))
    if not invalid(request, form):
        who, kept = actor(request.account, request.proof), form.cleaned_data["evidence"]
        succeeded(request, lambda: proving.attach(dossier, exigence, kept, actor=who), "Preuve jointe.")
    return to_drawer(dossier, exigence, "preuves")


@of_dossier(*permissions.EDITORS)
@require_POST
def detach(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """From the drawer: the proof no longer serves this exigence."""
    asked = request.POST.get("evidence", "")
    kept = _proof(dossier, int(asked) if asked.isdecimal() else 0)
    who = actor(request.account, request.proof)
    succeeded(request, lambda: proving.detach(dossier, exigence, kept, actor=who), "Preuve retirée de l’exigence.")
    return to_drawer(dossier, exigence, "preuves")


@of_dossier(*permissions.EDITORS)
@require_POST
def withdraw(request: AuthenticatedRequest, dossier: Dossier, evidence: int) -> HttpResponse:
    """A proof joined by mistake."""
    row = _proof(dossier, evidence)
    form = MotiveForm(request.POST)
    if not invalid(request, form):
        who, motive = actor(request.account, request.proof), form.cleaned_data["motive"]
        succeeded(request, lambda: proving.withdraw(dossier, row, motive, actor=who), "La preuve est retirée.")
    return redirect("homologation:proof", dossier.number, row.pk)


@of_dossier(*permissions.READERS)
@require_GET
def download(_request: AuthenticatedRequest, dossier: Dossier, evidence: int, revision: int) -> FileResponse:
    """The file of a revision, always as a download: it is never run nor shown by the browser."""
    row = _proof(dossier, evidence).revisions.filter(number=revision).first()
    if row is None or not row.file:
        raise Http404("Ce fichier n’existe pas.")
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.file_name, content_type="application/octet-stream"
    )


def _proof(dossier: Dossier, pk: int) -> Evidence:
    row = (
        Evidence.objects.select_related("withdrawal__withdrawn_by")
        .filter(legal_entity=dossier.legal_entity, pk=pk)
        .first()
    )
    if row is None:
        raise Http404("Cette preuve n’existe pas.")
    return row
