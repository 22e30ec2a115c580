"""What is known of a DMP without asking again: state, document index, each professional's last search."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.patients.models import Patient


class DmpState(models.Model):
    """The last TD0.2 answer about a patient, for one professional (the authorisation is individual)."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="dmp_states")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="dmp_states")
    exists = models.BooleanField()
    open = models.BooleanField()
    authorisation = models.CharField(max_length=20, blank=True)
    detail = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        """One current answer per patient and professional."""

        constraints = (models.UniqueConstraint(fields=["patient", "account"], name="dmp_state_unique"),)


class KnownDocument(models.Model):
    """One DMP document seen in a listing: metadata only, never content."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="known_documents")
    unique_id = models.CharField(max_length=128)
    logical_id = models.CharField(max_length=64)
    entry_uuid = models.CharField(max_length=64)
    availability_status = models.CharField(max_length=80)
    type_code = models.CharField(max_length=40)
    class_code = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=250)
    service_start_time = models.DateTimeField(null=True)
    creation_time = models.DateTimeField(null=True)
    # The whole entry, in the canonical JSON of dmp.xds: screens read it, nothing is lost.
    entry = models.JSONField()
    replaced_by = models.CharField(max_length=128, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        """A unique_id is one document of a patient."""

        constraints = (models.UniqueConstraint(fields=["patient", "unique_id"], name="known_document_unique"),)


class SearchMemory(models.Model):
    """When a professional last searched a patient's DMP: the `SubmissionTimeFrom` of the next search."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="searches")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="searches")
    searched_at = models.DateTimeField()

    class Meta:
        """One memory per patient and professional."""

        constraints = (models.UniqueConstraint(fields=["patient", "account"], name="search_memory_unique"),)
