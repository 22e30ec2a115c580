"""Whose records: the patient, the state of the DMP, and whom the patient lets in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.national.models.directory import GeographicEntity, Professional


class DmpState(models.TextChoices):
    """A patient may be known and have no DMP."""

    NONE = "none", "inexistant"
    OPEN = "open", "ouvert"
    CLOSED = "closed", "fermé"


class PatientRecord(models.Model):
    """A patient and the DMP. The INS is unique within its authority (OID)."""

    ins = models.CharField(max_length=15)
    ins_oid = models.CharField(max_length=64)
    birth_name = models.CharField(max_length=100)
    usage_name = models.CharField(max_length=100, blank=True)
    given_names = models.CharField(max_length=200)
    sex = models.CharField(max_length=1)
    birth_date = models.DateField()
    state = models.CharField(max_length=6, choices=DmpState, default=DmpState.OPEN)
    closed_on = models.DateField(null=True, blank=True)
    closing_motive = models.CharField(max_length=60, blank=True)
    # Shared choices of the patient (protocol: OPPOSITION_BRIS_DE_GLACE, OPPOSITION_ACCES_URGENCE; PDT-INF-606 note 7).
    opposes_bris_de_glace = models.BooleanField(default=False)
    opposes_emergency_access = models.BooleanField(default=False)
    allows_masked_in_emergency = models.BooleanField(default=False)
    internet_account = models.BooleanField(default=False)
    attached_to_mes = models.BooleanField(default=False)
    medecin_traitant = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.SET_NULL, related_name="patients_followed"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ins", "ins_oid"], name="national_patient_ins")]

    def __str__(self) -> str:
        return f"patient n° {self.pk}"  # no trait in a log


class AuthorisationState(models.TextChoices):
    """What the patient decided. EXPIRE is never stored: it is VALIDE whose date is past."""

    VALIDE = "VALIDE", "valide"
    INTERDIT = "INTERDIT", "interdit"


class PatientAuthorisation(models.Model):
    """One decision about one professional, or about one structure (PDT-INF-606 note 1)."""

    patient = models.ForeignKey(PatientRecord, on_delete=models.CASCADE, related_name="authorisations")
    professional = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.CASCADE)
    structure = models.ForeignKey(GeographicEntity, null=True, blank=True, on_delete=models.CASCADE)
    state = models.CharField(max_length=8, choices=AuthorisationState)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_action_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(professional__isnull=True) ^ models.Q(structure__isnull=True),
                name="national_authorisation_one_holder",
            ),
            models.UniqueConstraint(
                fields=["patient", "professional"],
                condition=models.Q(professional__isnull=False),
                name="national_authorisation_professional",
            ),
            models.UniqueConstraint(
                fields=["patient", "structure"],
                condition=models.Q(structure__isnull=False),
                name="national_authorisation_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional_id or self.structure_id} : {self.state}"
