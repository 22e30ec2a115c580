"""A patient's identity: strict traits, RNIV status, INS."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import LegalEntity


class Patient(models.Model):
    """One patient of one legal entity."""

    class IdentityStatus(models.TextChoices):
        """RNIV: was the INSi teleservice used, was the identity checked on a document."""

        PROVISOIRE = "PROV", "Identité provisoire"
        RECUPEREE = "RECUP", "Identité récupérée"
        VALIDEE = "VALI", "Identité validée"
        QUALIFIEE = "QUAL", "Identité qualifiée"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="patients")
    ipp = models.CharField(max_length=30)
    birth_name = models.CharField(max_length=100)
    birth_given_names = models.CharField(max_length=160)
    first_given_name = models.CharField(max_length=80)
    used_name = models.CharField(max_length=100, blank=True)
    used_given_name = models.CharField(max_length=80, blank=True)
    sex = models.CharField(max_length=1)  # M, F, I (indéterminé, unknown to INSi)
    birth_date = models.DateField()
    birth_place_code = models.CharField(max_length=5, blank=True)  # code officiel géographique INSEE
    birth_place = models.CharField(max_length=80, blank=True)
    identity_status = models.CharField(max_length=5, choices=IdentityStatus.choices, default=IdentityStatus.PROVISOIRE)
    ins = models.CharField(max_length=15, blank=True)
    ins_oid = models.CharField(max_length=40, blank=True)
    ins_checked_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")

    class Meta:
        """One IPP per legal entity, and one record per INS: an identity that was merged keeps the one it bore."""

        constraints = (
            models.UniqueConstraint(fields=["legal_entity", "ipp"], name="patient_ipp_unique"),
            models.UniqueConstraint(
                fields=["legal_entity", "ins"],
                condition=~models.Q(ins="") & models.Q(merged_into=None),
                name="patient_ins_unique",
            ),
        )
        indexes = (models.Index(fields=["legal_entity", "birth_name"]), models.Index(fields=["ins"]))


class LegalRepresentative(models.Model):
    """Who answers for a minor, or for a protected adult."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="representatives")
    name = models.CharField(max_length=160)
    relation = models.CharField(max_length=12)  # JDV_J11
    phone = models.CharField(max_length=30, blank=True)
