"""What is known of a DMP without asking again: state, document index, each professional's sightings and last search."""

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
    # The words of its line (`consultations.describing`): a long list reads no entry.
    label = models.CharField(max_length=250, blank=True)
    author = models.CharField(max_length=200, blank=True)
    institution = models.CharField(max_length=200, blank=True)
    marks = models.CharField(max_length=4, blank=True)
    # The whole entry but the patient's traits (RG_0320), in the canonical JSON of dmp.xds: screens read it.
    entry = models.JSONField()
    replaced_by = models.CharField(max_length=128, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        """A unique_id is one document of a patient."""

        constraints = (models.UniqueConstraint(fields=["patient", "unique_id"], name="known_document_unique"),)


class Sighting(models.Model):
    """The DMP showed this document to this professional. Nobody sees here what the DMP did not show her (EX_AIR-085):
    a document masked to professionals, or outside the matrix of her profession, has no row for her."""

    document = models.ForeignKey(KnownDocument, on_delete=models.CASCADE, related_name="sightings")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sightings")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        """A professional discovers a document once."""

        constraints = (models.UniqueConstraint(fields=["document", "account"], name="sighting_unique"),)


class SearchMemory(models.Model):
    """When a professional last searched a patient's DMP: the `SubmissionTimeFrom` of the next search."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="searches")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="searches")
    searched_at = models.DateTimeField()
    # The newest deposit ever shown to this professional: submission time, or creation time after a first search.
    last_deposit_at = models.DateTimeField(null=True)

    class Meta:
        """One memory per patient and professional."""

        constraints = (models.UniqueConstraint(fields=["patient", "account"], name="search_memory_unique"),)


class Answer(models.Model):
    """What the last opening told a professional, in the JSON of `consultations.view.Told`: a page shown again asks nothing."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    access_mode = models.CharField(max_length=20)
    content = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        """One current answer per patient and professional."""

        constraints = (models.UniqueConstraint(fields=["patient", "account"], name="answer_unique"),)
