"""Contents, each with a policy of its own: a page that can do nothing, or a file to open or save."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations.access import access_of
from tramontane.hospital.documents import pdf, selectors, vault
from tramontane.hospital.documents.viewer import File, Shown
from tramontane.hospital.documents.views.preview import shown_locally, shown_of
from tramontane.hospital.patients.views.access import patient_or_404
from tramontane.rules.access import Purpose

GONE = "Ce document n’est plus à disposition de votre session : demandez à le lire de nouveau."
# The page's own policy allows its style sheet by digest; this one is around it. `sandbox` even when opened alone: no script,
# no origin, no form, no window; only saving a file, on a click.
FRAME_POLICY = (
    "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# The pages of a PDF are pictures of our own address, which a frame without origin could not ask for. No script either.
PDF_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# The browser's PDF reader brings its own inline style; no script, no request, no frame of ours around it.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@requires(Role.CLINICIAN)
@require_safe
def frame(request: AuthenticatedRequest, patient_id: int, token: UUID) -> HttpResponse:
    """The page of a document this session read, as long as the rules still let her."""
    return _framed(request, _read(request, patient_id, token))


@requires(Role.CLINICIAN)
@require_safe
def pdf_page(request: AuthenticatedRequest, patient_id: int, token: UUID, number: int) -> HttpResponse:
    """One page, as a picture, of a PDF this session read."""
    return _drawn(request, _read(request, patient_id, token), number)


@requires(Role.CLINICIAN)
@require_safe
def attached(request: AuthenticatedRequest, patient_id: int, token: UUID, rank: int) -> HttpResponse:
    """One file of a document this session read."""
    return _file(request, _read(request, patient_id, token), rank)


@requires(Role.CLINICIAN)
@require_safe
def local_frame(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """The page of a document of the record."""
    return _framed(request, _local(request, patient_id, document_id))


@requires(Role.CLINICIAN)
@require_safe
def local_pdf_page(request: AuthenticatedRequest, patient_id: int, document_id: int, number: int) -> HttpResponse:
    """One page, as a picture, of a PDF of the record."""
    return _drawn(request, _local(request, patient_id, document_id), number)


@requires(Role.CLINICIAN)
@require_safe
def local_attached(request: AuthenticatedRequest, patient_id: int, document_id: int, rank: int) -> HttpResponse:
    """One file of a document of the record."""
    return _file(request, _local(request, patient_id, document_id), rank)


def _read(request: AuthenticatedRequest, patient_id: int, token: UUID) -> Shown:
    access = access_of(request, patient_or_404(request, patient_id))
    session_key = request.session.session_key or ""
    content = selectors.contents(access, session_key, clock.now()).filter(token=token).first()
    if content is None:
        raise Http404(GONE)
    try:
        gateway.permit(access, Purpose.RETRIEVE, explicit=True)
        return shown_of(content, session_key)
    except (gateway.AccessRefusedError, vault.SealBrokenError) as error:
        raise Http404(GONE) from error


def _local(request: AuthenticatedRequest, patient_id: int, document_id: int) -> Shown:
    found = selectors.record_document(patient_or_404(request, patient_id), document_id)
    if found is None:
        raise Http404("Ce document n’est pas dans ce dossier.")
    return shown_locally(found.document)


def _framed(request: AuthenticatedRequest, shown: Shown) -> HttpResponse:
    if shown.pdf is not None and "entete" not in request.GET:
        return _pdf(shown.pdf, _zoom(request))
    if not shown.html:
        raise Http404("Ce document ne s’affiche pas dans la page.")
    return _page(shown.html, FRAME_POLICY)


def _pdf(file: File, zoom: int) -> HttpResponse:
    """Its pages; or the sentence that says why not, in the same place."""
    try:
        return _page(pdf.web_page(pdf.outline(file.data), zoom=zoom, title="Document PDF"), PDF_POLICY)
    except pdf.PdfRefusedError as refusal:
        return _page(pdf.apology(str(refusal)), PDF_POLICY)


def _drawn(request: AuthenticatedRequest, shown: Shown, number: int) -> HttpResponse:
    if shown.pdf is None:
        raise Http404("Ce document n’est pas un PDF.")
    try:
        response = HttpResponse(
            pdf.draw(shown.pdf.data, number, width=pdf.ZOOMS[_zoom(request)]), content_type="image/png"
        )
    except pdf.PdfRefusedError as refusal:
        response = HttpResponse(pdf.sorry(str(refusal)), content_type="image/svg+xml", status=422)
    response["Content-Security-Policy"] = FRAME_POLICY
    return _private(response)


def _zoom(request: AuthenticatedRequest) -> int:
    asked = request.GET.get("zoom", "")
    return int(asked) if asked in map(str, pdf.ZOOMS) else min(pdf.ZOOMS)


def _page(html: str, policy: str) -> HttpResponse:
    response = HttpResponse(html)
    response["Content-Security-Policy"] = policy
    response["X-Frame-Options"] = "SAMEORIGIN"
    return _private(response)


def _file(request: AuthenticatedRequest, shown: Shown, rank: int) -> HttpResponse:
    if not 1 <= rank <= len(shown.files):
        raise Http404("Ce document n’a pas ce fichier.")
    file = shown.files[rank - 1]
    opens = file.opens and "ouvrir" in request.GET
    response = HttpResponse(file.data, content_type=file.media_type if opens else "application/octet-stream")
    response["Content-Disposition"] = f'{"inline" if opens else "attachment"}; filename="{file.name}"'
    response["Content-Security-Policy"] = FILE_POLICY if opens else FRAME_POLICY
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Nothing of it is kept by the browser, guessed, or told to another site."""
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
