"""A conformance session: whose exchanges are looked at, and between which instants."""

from __future__ import annotations

from django.db import models

from tramontane.national.models.directory import LegalEntity


class ConformanceSession(models.Model):
    """The calls that present a certificate of one legal entity, from its start to its end (none: still running)."""

    label = models.CharField(max_length=120)
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="conformance_sessions")
    certificate = models.CharField(max_length=64, blank=True, help_text="SHA-256, to tell two clients of one entity")
    provoked = models.JSONField(default=list, help_text="numbers of the checks made to refuse on purpose")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=201)

    def __str__(self) -> str:
        return f"session n° {self.pk} : {self.label}"
