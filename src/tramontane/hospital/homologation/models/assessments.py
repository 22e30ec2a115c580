"""The level of each exigence, as the hospital declares it, and the comments beside it."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.homologation.models.dossiers import Dossier
from tramontane.rules.homologation import Level


class Assessment(models.Model):
    """What is declared of one exigence. A row appears with the first answer; before it, nothing is assessed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="assessments")
    exigence = models.CharField(max_length=60)  # identifier inside the référentiel, `exi-23`
    level = models.CharField(max_length=20, default=Level.NOT_ASSESSED.value)
    perimeter = models.TextField(max_length=4000, blank=True)
    steps = models.TextField(max_length=4000, blank=True)
    calendar = models.TextField(max_length=4000, blank=True)
    reason = models.TextField(max_length=4000, blank=True)
    stakeholders = models.JSONField(default=list)
    # Who answers for it: a name, because not everyone has an account here.
    owner = models.CharField(max_length=120, blank=True)
    # Counts the writes: the second of two people who write at once is told.
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a exigence."""

        constraints = (models.UniqueConstraint(fields=["dossier", "exigence"], name="assessment_unique"),)


class Comment(models.Model):
    """What somebody said of an exigence."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="comments")
    exigence = models.CharField(max_length=60)
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Oldest first."""

        ordering = ("written_at", "pk")
