"""Who exists: the FINESS directory (EJ → ET), the white list of contracted ET, the professionals of the RASS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LegalEntity(models.Model):
    """An « entité juridique » (EJ) of the FINESS directory; its number is in the certificates' OU."""

    finess = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.name} (EJ {self.finess})"


class GeographicEntity(models.Model):
    """An « entité géographique » (ET), the structure that a VIHF of AIR simplifié names."""

    finess = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=200)
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="geographic_entities")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.name} (ET {self.finess})"


class WhiteListStatus(models.TextChoices):
    """What a contract became."""

    ACTIVE = "active", "active"
    EXPIRED = "expired", "expirée"
    SUSPENDED = "suspended", "suspendue"
    REMOVED = "removed", "retirée"


class WhiteListEntry(models.Model):
    """The AIR simplifié contract of one ET. No row: no contract was ever signed."""

    geographic_entity = models.OneToOneField(GeographicEntity, on_delete=models.CASCADE, related_name="white_list")
    status = models.CharField(max_length=10, choices=WhiteListStatus, default=WhiteListStatus.ACTIVE)
    valid_from = models.DateField()
    valid_until = models.DateField()
    cause = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    contract = models.ForeignKey(
        "Contract", null=True, blank=True, on_delete=models.SET_NULL, related_name="white_list_entries"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["status", "geographic_entity"], name="national_white_list_status")]

    def __str__(self) -> str:
        return f"{self.geographic_entity_id} : {self.get_status_display()}"


class Professional(models.Model):
    """A professional of the national directory (RASS). `authorised` is the right of access by RPPS."""

    rpps = models.CharField(max_length=11, primary_key=True)
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    profession = models.CharField(max_length=10, help_text="TRE_G15")
    savoir_faire = models.CharField(max_length=10, blank=True, help_text="TRE_R01 ou TRE_G05")
    authorised = models.BooleanField(default=True)
    cause = models.CharField(max_length=300, blank=True)
    establishments = models.ManyToManyField(GeographicEntity, blank=True, related_name="professionals")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["rpps"], name="national_professional_stopped", condition=models.Q(authorised=False)),
        ]

    def __str__(self) -> str:
        return f"{self.family_name} {self.given_name} ({self.rpps})"
