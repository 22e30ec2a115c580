"""Documents deposited for a proof file."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity


class ProofDocument(models.Model):
    """One file for one line of a year's checklist. A withdrawn one stays, out of the packs."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="proof_documents")
    year = models.CharField(max_length=4)
    key = models.CharField(max_length=40)  # `cle` of the definitions
    file = models.FileField(upload_to="objectives/%Y/%m", max_length=200)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-added_at", "-pk")
