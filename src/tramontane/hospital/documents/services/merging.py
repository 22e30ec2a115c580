"""Two identities of one person become one: what was filed under the former is found under the one that is kept."""

from __future__ import annotations

from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.patients.models import Patient


def follow(former: Patient, kept: Patient) -> int:
    """Move the documents of `former`, in the caller's transaction. A document that both records hold stays once in each.

    Returns:
        How many moved.
    """
    held = RecordDocument.objects.filter(patient=kept).values("unique_id")
    return RecordDocument.objects.filter(patient=former).exclude(unique_id__in=held).update(patient=kept)
