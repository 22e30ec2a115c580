"""The register of record systems (DPI): whose, which version, homologated by whom for what, deployed where and when."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity, Service


class RegisteredSystem(models.Model):
    """A record system of the establishment. Its last version is the one in service."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="registered_systems")
    name = models.CharField(max_length=120)
    vendor = models.CharField(max_length=120)
    retired_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """A name is one system of an establishment."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "name"], name="registered_system_unique"),)
        ordering = ("name", "pk")


class SystemVersion(models.Model):
    """One version, as its vendor proves it. Never changed: a correction is another row of the same version."""

    class Segur(models.TextChoices):
        """Referencing « Ségur vague 2 »: wider than the AIR homologation, and not the same thing (webinaire, FAQ)."""

        UNKNOWN = "inconnu", "Non relevé"
        YES = "oui", "Référencé"
        NO = "non", "Non référencé"

    system = models.ForeignKey(RegisteredSystem, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=60)
    # CNDA homologation for the consultation profile in AIR. EX_GEN-1490: the number is kept secret on every screen.
    cnda_number = models.CharField(max_length=40, blank=True)
    cnda_on = models.DateField(null=True)
    segur = models.CharField(max_length=8, choices=Segur.choices, default=Segur.UNKNOWN)
    segur_on = models.DateField(null=True)
    in_service_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The last put in service first; of two the same day, the last recorded."""

        ordering = ("-in_service_on", "-pk")


class Deployment(models.Model):
    """A system in a service: when it is to be in production there, and since when it is."""

    system = models.ForeignKey(RegisteredSystem, on_delete=models.CASCADE, related_name="deployments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="deployments")
    planned_on = models.DateField(null=True)
    production_on = models.DateField(null=True)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once a service."""

        constraints = (models.UniqueConstraint(fields=["system", "service"], name="deployment_unique"),)
