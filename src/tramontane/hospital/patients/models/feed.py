"""HL7 v2 messages: stored before they are acknowledged, in order per patient, replayable."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import LegalEntity


class Hl7Message(models.Model):
    """One message as received, and what became of it."""

    class State(models.TextChoices):
        """Where the message stands."""

        STORED = "stored", "Reçu"
        APPLIED = "applied", "Appliqué"
        REFUSED = "refused", "En erreur"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="hl7_messages")
    sending_application = models.CharField(max_length=180, blank=True)
    control_id = models.CharField(max_length=199)  # MSH-10
    event = models.CharField(max_length=8)
    patient_key = models.CharField(max_length=60, blank=True, db_index=True)
    former_key = models.CharField(max_length=60, blank=True, db_index=True)  # the IPP it merges or renames
    body = models.TextField()
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.STORED)
    reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        """A control id of a sender is applied once."""

        constraints = (
            models.UniqueConstraint(
                fields=["legal_entity", "sending_application", "control_id"], name="hl7_control_unique"
            ),
        )
