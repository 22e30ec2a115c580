"""Réserves of a dossier and what is done to lift them. They live on after the signature: the PV keeps its own copy."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.homologation.models.dossiers import Dossier
from tramontane.hospital.homologation.models.evidence import Evidence
from tramontane.rules.homologation import ActionState


class Reserve(models.Model):
    """What the PV says of one exigence that is not met."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="reserves")
    exigence = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    due = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(null=True)
    lifted_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    # What proves that it may be lifted.
    lifted_with = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One an exigence."""

        constraints = (models.UniqueConstraint(fields=["dossier", "exigence"], name="reserve_unique"),)
        ordering = ("due", "pk")


class Action(models.Model):
    """One thing to do to lift a réserve."""

    reserve = models.ForeignKey(Reserve, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(max_length=300)
    owner = models.CharField(max_length=120)
    due = models.DateField()
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.label) for state in ActionState],
        default=ActionState.PLANNED.value,
    )
    updated_at = models.DateTimeField()

    class Meta:
        """The nearest first."""

        ordering = ("due", "pk")
