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
from tramontane.hospital.documents import selectors, vault
from tramontane.hospital.documents.viewer import Shown
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
# The browser's PDF reader brings its own inline style; no script, no request, no frame of ours around it.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@requires(Role.CLINICIAN)
@require_safe
def frame(request: AuthenticatedRequest, patient_id: int, token: UUID) -> HttpResponse:
    """The page of a document this session read, as long as the rules still let her."""
    return _framed(_read(request, patient_id, token))


@requires(Role.CLINICIAN)
@require_safe
def attached(request: AuthenticatedRequest, patient_id: int, token: UUID, rank: int) -> HttpResponse:
    """One file of a document this session read."""
    return _file(request, _read(request, patient_id, token), rank)


@requires(Role.CLINICIAN)
@require_safe
def local_frame(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """The page of a document of the record."""
    return _framed(_local(request, patient_id, document_id))


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


def _framed(shown: Shown) -> HttpResponse:
    if not shown.html:
        raise Http404("Ce document ne s’affiche pas dans la page.")
    response = HttpResponse(shown.html)
    response["Content-Security-Policy"] = FRAME_POLICY
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
