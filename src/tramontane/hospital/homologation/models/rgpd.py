"""What the RGPD asks beside a signed PV: said done, by whom, when, and where it is kept."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.homologation.models.homologations import Homologation


class RgpdItem(models.Model):
    """One of the two items, for one homologation. Saying it again replaces the reference; the traces keep both."""

    class Kind(models.TextChoices):
        """« Le procès-verbal de la commission doit être ajouté dans le registre RGPD » ; the AIPD (example of contract)."""

        REGISTER = "registre", "PV ajouté au registre RGPD de l’établissement"
        AIPD = "aipd", "AIPD tenue à jour, à la disposition de la CNAM"

    homologation = models.ForeignKey(Homologation, on_delete=models.PROTECT, related_name="rgpd_items")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    done_on = models.DateField()
    reference = models.CharField(max_length=200)  # where it is kept
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each item once."""

        constraints = (models.UniqueConstraint(fields=["homologation", "kind"], name="rgpd_item_unique"),)
