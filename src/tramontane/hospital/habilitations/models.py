"""The local matrix, revision after revision. The current one is the newest; none is ever changed."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity


class MatrixRevision(models.Model):
    """A whole local matrix, as `tramontane.rules.habilitation` reads it, with its author and motive."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="matrix_revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    motive = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Revisions of an entity are numbered from 1."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "number"], name="matrix_revision_unique"),)
        ordering = ("-number",)


class MatrixReview(models.Model):
    """The yearly « reviewed, still right » of a revision (EXI 20)."""

    revision = models.ForeignKey(MatrixRevision, on_delete=models.PROTECT, related_name="reviews")
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=300, blank=True)
