"""What a collector found, as it found it. A person confirms it; then it is a proof."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity


class Collection(models.Model):
    """One run of a collector over a period. Never changed: the next run is another row."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="collections")
    collector = models.CharField(max_length=60)
    starts = models.DateField()
    ends = models.DateField()
    outcome = models.CharField(max_length=10)  # `dmp.verdicts.Outcome`
    # Question, checks, figures, exceptions and the statements the database was asked: what becomes the proof.
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)  # of `content` in canonical JSON, as the proof's revision has it
    collected_at = models.DateTimeField()
    collected_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        ordering = ("-pk",)


class CollectionRun(models.Model):
    """Collectors somebody asked for: a background task runs them one after the other, and the page says how far it is."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="collection_runs")
    codes = models.JSONField()
    done = models.JSONField(default=list)
    starts = models.DateField()
    ends = models.DateField()
    who = models.JSONField()  # `traces.events.Actor` of the person who asked
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-pk",)

    @property
    def whole(self) -> bool:
        """Every collector was run."""
        return set(self.done) == set(self.codes)
