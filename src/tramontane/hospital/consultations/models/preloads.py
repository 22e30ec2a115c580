"""Preloading of the patients of the day, asked for by one professional, in her name."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, Service
from tramontane.hospital.patients.models import Patient


class Preload(models.Model):
    """One request: status and counts of a service's patients, never their documents (EX_AIR-085)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="preloads")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # The proof of two factors of the session that asked: once it expires, nothing more is asked.
    proof = models.JSONField()
    session_key = models.CharField(max_length=40)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stopped_because = models.CharField(max_length=200, blank=True)


class PreloadItem(models.Model):
    """One patient of a preload, and what the DMP said: a state and counts."""

    class State(models.TextChoices):
        """Where the item stands."""

        WAITING = "waiting", "En attente"
        DONE = "done", "Fait"
        REFUSED = "refused", "Non autorisé"
        FAILED = "failed", "Échec"

    preload = models.ForeignKey(Preload, on_delete=models.CASCADE, related_name="items")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    sentence = models.CharField(max_length=300, blank=True)
    new = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """A patient appears once in a preload."""

        constraints = (models.UniqueConstraint(fields=["preload", "patient"], name="preload_item_unique"),)
