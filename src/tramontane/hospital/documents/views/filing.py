"""Filing a document that was read, and undoing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations.access import access_of
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.folders import Place, default_place
from tramontane.hospital.documents.services import filing
from tramontane.hospital.documents.services.reading import ReadOutcome
from tramontane.hospital.documents.views import record
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
@require_POST
def file(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """File a document in the folder proposed, or in the one typed; then show it in the record."""
    access = access_of(request, patient_or_404(request, patient_id))
    try:
        filed = filing.file_document(
            access, request.session.session_key or "", request.POST.get("document", ""), _place(request)
        )
    except gateway.AccessRefusedError as refusal:
        return record.show(request, access, outcome=ReadOutcome(reasons=refusal.refused.reasons), status=403)
    except filing.FilingError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('documents:record', args=(patient_id,))}?{request.GET.urlencode()}")
    document = filed.document
    where = Place(document.folder, document.subfolder)
    messages.success(
        request,
        f"Ce document était déjà dans le dossier, sous « {where} »."
        if filed.already
        else f"Document classé sous « {where} ».",
    )
    return redirect(_local_address(patient_id, document.pk))


def _place(request: AuthenticatedRequest) -> Place:
    """The folder chosen in the list, unless another one was typed; none at all: the default of unknown documents."""
    typed = Place(request.POST.get("dossier", "").strip()[:80], request.POST.get("sous_dossier", "").strip()[:80])
    chosen = Place.of_key(request.POST.get("place", ""))
    return next((place for place in (typed, chosen) if place.folder), default_place(""))


def _local_address(patient_id: int, document_id: int) -> str:
    return f"{reverse('documents:record', args=(patient_id,))}?vue=dossier&doc={document_id}"


@requires(Role.CLINICIAN)
@require_POST
def undo(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """Take out of the record what one filed in this session."""
    access = access_of(request, patient_or_404(request, patient_id))
    found = selectors.record_document(access.patient, document_id)
    if found is None:
        raise Http404("Ce document n’est pas dans ce dossier.")
    if filing.undo(access, request.session.session_key or "", found.document):
        messages.success(request, "Classement annulé : le document n’est plus dans le dossier.")
        return redirect(reverse("documents:record", args=(patient_id,)))
    messages.error(request, "Ce classement ne peut plus être annulé : il n’est pas de votre session.")
    return redirect(_local_address(patient_id, document_id))
