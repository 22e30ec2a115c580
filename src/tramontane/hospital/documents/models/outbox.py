"""What is to be sent to the DMP."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, GeographicEntity
from tramontane.hospital.documents.models.record import RecordDocument


class Dispatch(models.Model):
    """The outbox: one row per document and channel, sent exactly once, retried, visible."""

    class State(models.TextChoices):
        """Where the sending stands."""

        PENDING = "pending", "En attente d’envoi"
        SENDING = "sending", "Envoi en cours"
        SENT = "sent", "Envoyé"
        REFUSED = "refused", "Refusé par le DMP"
        HELD = "held", "Retenu"

    document = models.ForeignKey(RecordDocument, on_delete=models.CASCADE, related_name="dispatches")
    channel = models.CharField(max_length=10, default="dmp")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    submission_unique_id = models.CharField(max_length=128, unique=True)  # the idempotency key of the sending
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    # Set while SENDING: a row left there by a crash is found by its age.
    sending_since = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    # The site and the proof of authentication of the request: the sending speaks in her name.
    site = models.ForeignKey(GeographicEntity, on_delete=models.PROTECT, related_name="+")
    proof = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_code = models.CharField(max_length=80, blank=True)

    class Meta:
        """A document goes once through a channel."""

        constraints = (models.UniqueConstraint(fields=["document", "channel"], name="dispatch_unique"),)
