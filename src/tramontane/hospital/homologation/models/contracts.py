"""The contract file: whom to write to in the region, the AIR contract, its sites, its suspensions."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, GeographicEntity, LegalEntity


class RegionalContact(models.Model):
    """One line of the ministry's list, as its file says it; nothing is known before a person imports it."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="regional_contacts")
    region = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200, blank=True)
    contact = models.TextField(max_length=2000)  # the cell of « Appui au projet de consultation intégrée »
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """By region."""

        ordering = ("region", "organisation", "pk")


class AirContract(models.Model):
    """The contract signed on the CNAM's portal, for one or several geographic entities, and the way there."""

    class Card(models.TextChoices):
        """With what the head of the establishment signs (webinaire)."""

        CPE = "cpe", "CPE nominative"
        CDE = "cde", "CDE"
        CPS = "cps", "CPS"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="air_contracts")
    reference = models.CharField(max_length=80, blank=True)
    sites = models.ManyToManyField(GeographicEntity, related_name="air_contracts")
    contacted_on = models.DateField(null=True)  # the regional referent was told
    referred_on = models.DateField(null=True)  # the referent of the Assurance Maladie was named
    signed_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    signatory = models.CharField(max_length=120, blank=True)
    card = models.CharField(max_length=4, choices=Card.choices, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        ordering = ("-pk",)


class Suspension(models.Model):
    """The CNAM suspends the access, or gives it back (article 2.3 of the référentiel). Rows are added, never changed."""

    class Kind(models.TextChoices):
        """Taken away, or given back."""

        SUSPENDED = "suspendu", "Suspendu"
        REINSTATED = "retabli", "Rétabli"

    contract = models.ForeignKey(AirContract, on_delete=models.PROTECT, related_name="suspensions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.DateField()
    cause = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the order they happened."""

        ordering = ("pk",)


class SuspensionFile(models.Model):
    """What the CNAM wrote of a suspension, or of its end."""

    suspension = models.OneToOneField(Suspension, on_delete=models.PROTECT, related_name="attached")
    file = models.FileField(upload_to="suspension/%Y", max_length=200)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
