"""Bringing a document of the hospital into the record, by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.views.solutions import card
from tramontane.hospital.documents.feeding import FeedingRefusedError
from tramontane.hospital.documents.forms import DepositForm
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.documents.services import depositing, sending
from tramontane.hospital.documents.services.depositing import Deposit, DepositRefusedError
from tramontane.hospital.patients.views.access import patient_or_404


@requires(Role.CLINICIAN)
def deposit(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The form; then the document in the record, and in the outbox when that was asked with it."""
    access = access_of(request, patient_or_404(request, patient_id))
    form = DepositForm(request.POST or None, request.FILES or None, access=access)
    there = None
    if request.method == "POST" and form.is_valid():
        try:
            document = depositing.deposit(access, _brought(form))
        except DepositRefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
            there = refusal.there
        else:
            _tell(request, access, document)
            return redirect(f"{reverse('documents:record', args=(patient_id,))}?vue=dossier&doc={document.pk}")
    context = {"patient": access.patient, "form": form, "there": there, "emergency": access.emergency}
    return render(request, "documents/deposit.html", context, status=422 if form.errors else 200)


def _brought(form: DepositForm) -> Deposit:
    values = form.cleaned_data
    file = values.pop("file")
    if file.size > depositing.MOST_BYTES:
        raise DepositRefusedError(depositing.too_big())
    return Deposit(content=file.read(), **values)


def _tell(request: AuthenticatedRequest, access: Access, document: RecordDocument) -> None:
    messages.success(request, f"Document déposé dans le dossier, sous « {document.folder} ».")
    if "envoyer" not in request.POST:
        return
    try:
        sending.request_sending(access, document)
        messages.success(request, "Envoi demandé : le document part dès que possible, une seule fois.")
    except FeedingRefusedError as refusal:
        for reason in refusal.reasons:
            why = card(access.account, access.patient, reason)
            messages.error(request, f"Il n’est pas envoyé au DMP. {why.in_one_line}")
