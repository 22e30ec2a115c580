"""What an establishment chooses: a reading of what no text settles, its own dates, who reads its figures."""

from __future__ import annotations

from django.db import models

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Role


class ReadingChoice(models.Model):
    """A value given to a parameter. The last row of a parameter counts, for the months closed afterwards."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="readings")
    parameter = models.CharField(max_length=40)
    value = models.CharField(max_length=40)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")


class OwnDate(models.Model):
    """A date of the establishment's own calendar."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="own_dates")
    uuid = models.UUIDField(default=clock.new_uuid, unique=True)  # names the event in every calendar it was sent to
    day = models.DateField()
    title = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In order of date."""

        ordering = ("day", "pk")


def only_direction() -> list[str]:
    """Who reads when nothing else is said."""
    return [Role.DIRECTION.value]


class Sharing(models.Model):
    """The owner lets another establishment of its group read its figures: who there, and whether before they are closed."""

    owner = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="figures_shared")
    reader = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="figures_read")
    roles = models.JSONField(default=only_direction)  # of the accounts of the reader (`accounts.Role`)
    live = models.BooleanField(default=False)  # also the month that runs
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """One in force for a pair."""

        constraints = (
            models.UniqueConstraint(
                fields=["owner", "reader"], condition=models.Q(withdrawn_at=None), name="sharing_once"
            ),
        )
