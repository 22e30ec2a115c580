"""Episodes of care (venues) and the care team around each."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, Service
from tramontane.hospital.patients.models.identities import Patient


class Episode(models.Model):
    """One stay or visit of a patient in a service."""

    class Kind(models.TextChoices):
        """HL7 v2 PV1-2 patient class."""

        INPATIENT = "I", "Hospitalisation"
        OUTPATIENT = "O", "Consultation externe"
        RECURRING = "R", "Séances"
        EMERGENCY = "E", "Urgences"
        NOT_ADMITTED = "N", "Non admis"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="episodes")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="episodes")
    visit_number = models.CharField(max_length=30)
    kind = models.CharField(max_length=1, choices=Kind.choices, default=Kind.INPATIENT)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        """A visit number names one episode of a patient."""

        constraints = (models.UniqueConstraint(fields=["patient", "visit_number"], name="episode_visit_unique"),)


class CareTeamMember(models.Model):
    """An account named in the care team of an episode, beyond the members of its service."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="care_team")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="care_teams")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")


class OutsideAccess(models.Model):
    """A professional reached, by exact identifiers, a patient outside her care team. It opens the record's door only:
    reading the DMP still asks for the patient's explicit consent, or for an emergency."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="outside_accesses")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="outside_accesses")
    opened_at = models.DateTimeField()
