"""Proofs: they belong to the establishment, and serve the exigences of one dossier after another."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.homologation.models.dossiers import Dossier
from tramontane.rules.homologation import EvidenceKind


class Evidence(models.Model):
    """One proof. Its last revision is the one that counts."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in EvidenceKind])
    # Name of the collector that proposes its revisions; empty for a file or a link.
    collector = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "-pk")


class EvidenceRevision(models.Model):
    """What the proof was from a day on. Never changed, never removed: a PV may rest on it."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    # The days it speaks of, both included; no end: until further notice.
    starts = models.DateField()
    ends = models.DateField(null=True)
    file = models.FileField(upload_to="evidence/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # of the file, or of `collected` in canonical JSON
    url = models.URLField(max_length=500, blank=True)
    # A collected proof: `rules` outcome (passed, failed, not run), and the query's text, period and figures.
    outcome = models.CharField(max_length=10, blank=True)
    collected = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Numbered from 1."""

        constraints = (models.UniqueConstraint(fields=["evidence", "number"], name="evidence_revision_unique"),)
        ordering = ("-number",)


class EvidenceLink(models.Model):
    """The proof serves this exigence of this dossier."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="evidence_links")
    exigence = models.CharField(max_length=60)

    class Meta:
        """Once."""

        constraints = (
            models.UniqueConstraint(fields=["dossier", "exigence", "evidence"], name="evidence_link_unique"),
        )


class EvidenceWithdrawal(models.Model):
    """A proof joined by mistake: no dossier rests on it any more. Its revisions stay, and those a signature froze serve it."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="withdrawal")
    motive = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
