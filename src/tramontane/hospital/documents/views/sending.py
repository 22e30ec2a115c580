"""Sending documents of ours to the DMP, keeping them back, letting them go."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.feeding import FeedingRefusedError
from tramontane.hospital.documents.services import sending
from tramontane.hospital.patients.views.access import patient_or_404

TOO_LATE = "L’état de cet envoi a changé entre-temps : voici où il en est."


def _found(request: AuthenticatedRequest, patient_id: int, document_id: int) -> tuple[Access, selectors.RecordRow]:
    access = access_of(request, patient_or_404(request, patient_id))
    row = selectors.record_document(access.patient, document_id)
    if row is None or row.document.provenance != row.document.Provenance.HOSPITAL:
        raise Http404("Ce document n’est pas un document de l’établissement.")
    return access, row


def _back(patient_id: int, document_id: int) -> HttpResponse:
    return redirect(f"{reverse('documents:record', args=(patient_id,))}?vue=dossier&doc={document_id}")


@requires(Role.CLINICIAN)
@require_POST
def send(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """Put in the outbox."""
    access, row = _found(request, patient_id, document_id)
    try:
        sending.request_sending(access, row.document)
        messages.success(request, "Envoi demandé : le document part dès que possible, une seule fois.")
    except FeedingRefusedError as refusal:
        _tell(request, access, refusal)
    return _back(patient_id, document_id)


@requires(Role.CLINICIAN)
@require_POST
def hold(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """Keep back."""
    access, row = _found(request, patient_id, document_id)
    if row.dispatch is not None and sending.hold(row.dispatch, access):
        messages.success(request, "Envoi retenu : rien ne part tant que vous ne le relancez pas.")
    else:
        messages.warning(request, TOO_LATE)
    return _back(patient_id, document_id)


@requires(Role.CLINICIAN)
@require_POST
def release(request: AuthenticatedRequest, patient_id: int, document_id: int) -> HttpResponse:
    """Let go, or try again."""
    access, row = _found(request, patient_id, document_id)
    try:
        moved = row.dispatch is not None and sending.release(row.dispatch, access)
        messages.add_message(
            request, messages.SUCCESS if moved else messages.WARNING, "Envoi relancé." if moved else TOO_LATE
        )
    except FeedingRefusedError as refusal:
        _tell(request, access, refusal)
    return _back(patient_id, document_id)


def _tell(request: AuthenticatedRequest, access: Access, refusal: FeedingRefusedError) -> None:
    for reason in refusal.reasons:
        messages.error(request, card(access.account, access.patient, reason).in_one_line)
