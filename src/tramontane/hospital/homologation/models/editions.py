"""A référentiel as it was: content, digest, where its text comes from. Never changed."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity


class Edition(models.Model):
    """One edition of a référentiel in one legal entity: the one shipped, or one completed with the official text."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="referentiel_editions")
    referentiel = models.CharField(max_length=40)  # namespace of its exigences, `dmp`
    version = models.CharField(max_length=40, blank=True)  # the official one; empty: not known
    name = models.CharField(max_length=60)  # `edition` of the data file
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()  # what `rules.referentiels.load` reads
    # The file a person imported; empty for the edition shipped.
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The same content is kept once."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "sha256"], name="edition_unique"),)
        ordering = ("-created_at", "-pk")
