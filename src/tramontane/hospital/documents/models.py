"""The patient's local record: folders, documents filed from the DMP or produced here, and what is to be sent."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.patients.models import Episode, Patient


class FolderRule(models.Model):
    """Where a document type is filed. Editable; a type without a rule goes to the default folder."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="folder_rules")
    type_code = models.CharField(max_length=40)
    folder = models.CharField(max_length=80)
    subfolder = models.CharField(max_length=80, blank=True)

    class Meta:
        """One rule per type."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "type_code"], name="folder_rule_unique"),)


class RecordDocument(models.Model):
    """A document of the local record, with its provenance."""

    class Provenance(models.TextChoices):
        """Where it comes from."""

        HOSPITAL = "hospital", "Établissement"
        DMP = "dmp", "DMP"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="documents")
    provenance = models.CharField(max_length=10, choices=Provenance.choices)
    unique_id = models.CharField(max_length=128)
    logical_id = models.CharField(max_length=64, blank=True)
    type_code = models.CharField(max_length=40)
    title = models.CharField(max_length=250)
    author = models.CharField(max_length=200, blank=True)
    author_institution = models.CharField(max_length=200, blank=True)
    act_date = models.DateTimeField(null=True)
    folder = models.CharField(max_length=80)
    subfolder = models.CharField(max_length=80, blank=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.FileField(upload_to="documents/%Y/%m")
    filed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    # The unique_id of a newer version seen in the DMP.
    newer_unique_id = models.CharField(max_length=128, blank=True)

    class Meta:
        """A document is filed once in a patient's record."""

        constraints = (models.UniqueConstraint(fields=["patient", "unique_id"], name="record_document_unique"),)


class Dispatch(models.Model):
    """The outbox: one row per document and channel, sent exactly once, retried, visible."""

    class State(models.TextChoices):
        """Where the sending stands."""

        PENDING = "pending", "En attente"
        SENDING = "sending", "Envoi en cours"
        SENT = "sent", "Envoyé"
        REFUSED = "refused", "Refusé"
        HELD = "held", "Retenu"

    document = models.ForeignKey(RecordDocument, on_delete=models.CASCADE, related_name="dispatches")
    channel = models.CharField(max_length=10, default="dmp")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    submission_unique_id = models.CharField(max_length=128, unique=True)  # the idempotency key of the sending
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        """A document goes once through a channel."""

        constraints = (models.UniqueConstraint(fields=["document", "channel"], name="dispatch_unique"),)
