"""The establishment: legal entities (EJ), their sites (ET) and services. FINESS EJ and ET never share a field."""

from __future__ import annotations

from django.db import models


class LegalEntity(models.Model):
    """An entité juridique (EJ). Carries the certificates; nothing crosses from one to another."""

    finess_juridique = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=160)

    def __str__(self) -> str:
        return self.name


class GeographicEntity(models.Model):
    """An entité géographique (ET). Its FINESS travels in every VIHF."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="geographic_entities")
    finess_geographique = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=160)
    # JDV_J61, e.g. SA01: Secteur_Activite of the VIHF.
    sector = models.CharField(max_length=12, default="SA01")

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """A care unit of a site."""

    class Reach(models.TextChoices):
        """Who, of the hospital, sees the patients of this service."""

        CARE_TEAM = "care_team", "Équipe de soins du service"
        HOSPITAL = "hospital", "Tout l'établissement"

    geographic_entity = models.ForeignKey(GeographicEntity, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    reach = models.CharField(max_length=12, choices=Reach.choices, default=Reach.CARE_TEAM)
    active = models.BooleanField(default=True)

    class Meta:
        """A code names one service of a site."""

        constraints = (models.UniqueConstraint(fields=["geographic_entity", "code"], name="service_code_unique"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
