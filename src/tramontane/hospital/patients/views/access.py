"""The one way a view of this app finds its patient: within the account's reach, or 404."""

from __future__ import annotations

from django.http import Http404

from tramontane.hospital import clock
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.patients.selectors import patient_for


def patient_or_404(request: AuthenticatedRequest, patient_id: int) -> Patient:
    """The patient, when this account may see her.

    Raises:
        Http404: unknown, of another legal entity, or out of reach: the three look alike.
    """
    patient = patient_for(request.account, patient_id, clock.now())
    if patient is None:
        raise Http404("Ce dossier n’existe pas, ou n’est pas accessible à votre compte.")
    return patient
