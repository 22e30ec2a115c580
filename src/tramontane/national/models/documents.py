"""The registry's tables. The metadata is kept whole, in the model's own encoding; columns only index it.

Contents are files, not rows: see `tramontane.national.storage`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.national.models.patients import PatientRecord


class RegistryDocument(models.Model):
    """One version of one DocumentEntry.

    `superseded` marks the earlier metadata versions of a document (same logicalId, ITI-57); they are kept and
    never listed. A replaced document is another thing: its status is Deprecated and it is listed as such.
    """

    entry_uuid = models.CharField(max_length=80, primary_key=True)
    logical_id = models.CharField(max_length=80, db_index=True)
    unique_id = models.CharField(max_length=200, db_index=True)
    version = models.PositiveIntegerField(default=1)
    superseded = models.BooleanField(default=False)
    patient = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="documents")
    status = models.CharField(max_length=80)
    type_code = models.CharField(max_length=40)
    class_code = models.CharField(max_length=40)
    format_code = models.CharField(max_length=120)
    practice_setting = models.CharField(max_length=40)
    facility_type = models.CharField(max_length=40)
    creation_time = models.DateTimeField()
    service_start = models.DateTimeField(null=True)
    service_stop = models.DateTimeField(null=True)
    masked = models.BooleanField(default=False)
    invisible_to_patient = models.BooleanField(default=False)
    invisible_to_representatives = models.BooleanField(default=False)
    metadata = models.BinaryField()
    content_digest = models.CharField(max_length=64, help_text="SHA-256 hex of the file in the store")
    size = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient", "status", "service_start"], name="national_document_listing")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unique_id"],
                condition=models.Q(superseded=False),
                name="national_document_unique_id",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unique_id} v{self.version}"


class SubmissionSetRecord(models.Model):
    """One SubmissionSet."""

    entry_uuid = models.CharField(max_length=80, primary_key=True)
    unique_id = models.CharField(max_length=200, unique=True)
    patient = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="submission_sets")
    status = models.CharField(max_length=80)
    submission_time = models.DateTimeField()
    metadata = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "submission_time"], name="national_submission_listing")]

    def __str__(self) -> str:
        return self.unique_id


class AssociationRecord(models.Model):
    """One Association: HasMember, RPLC, … It belongs to the patient of its source."""

    entry_uuid = models.CharField(max_length=80, primary_key=True)
    patient = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="associations")
    association_type = models.CharField(max_length=120)
    source = models.CharField(max_length=80, db_index=True)
    target = models.CharField(max_length=80, db_index=True)
    metadata = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
