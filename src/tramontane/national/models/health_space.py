"""Mon espace santé, beyond the record itself: whom a parent stands for, and what the patient was told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.national.models.patients import PatientRecord
from tramontane.national.models.traces import AccessTrace


class Guardianship(models.Model):
    """A legal representative of a minor. It ends by itself on the child's majority."""

    guardian = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="children")
    child = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="guardians")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guardian", "child"], name="national_guardianship_once")
        ]

    def __str__(self) -> str:
        return f"patient n° {self.guardian_id} pour patient n° {self.child_id}"


class AccessNotification(models.Model):
    """One message to the patient: the first reading of a day by a professional, from a structure, in a mode."""

    patient = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="notifications")
    trace = models.ForeignKey(AccessTrace, on_delete=models.CASCADE)
    day = models.DateField(help_text="French calendar day")
    rpps = models.CharField(max_length=40)
    structure = models.CharField(max_length=20)
    access_mode = models.CharField(max_length=20)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "day", "rpps", "structure", "access_mode"], name="national_notification_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["patient", "-id"], name="national_notification_patient")]

    def __str__(self) -> str:
        return f"notification n° {self.pk}"
