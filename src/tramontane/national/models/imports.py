"""Extracts of the directories (FINESS, RPPS): read once for a report, applied once from the same bytes."""

from __future__ import annotations

from django.db import models


class DirectoryKind(models.TextChoices):
    """What a file lists."""

    FINESS = "finess", "Établissements (FINESS)"
    RPPS = "rpps", "Professionnels (RPPS)"


class DirectoryImport(models.Model):
    """A file received. `report` is what it would do when it was read; `applied_at` empty means that nothing was done."""

    kind = models.CharField(max_length=6, choices=DirectoryKind)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 hex of the file in the store")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=201)
    report = models.JSONField()
    applied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.kind})"
