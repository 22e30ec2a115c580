"""Movements of staff, yearly review, and the notice each professional acknowledges."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models.entities import LegalEntity
from tramontane.hospital.accounts.models.people import Account


class Movement(models.Model):
    """An arrival, a move or a departure, as received and as applied (objective 1.2)."""

    class Kind(models.TextChoices):
        """What moved."""

        ARRIVAL = "arrival", "Arrivée"
        MOVE = "move", "Changement de service"
        DEPARTURE = "departure", "Départ"
        CHANGE = "change", "Modification"
        PASSWORD = "password", "Mot de passe provisoire remis"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.CharField(max_length=12)  # manual, csv, scim
    detail = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    # When the person was told of a password handed over in their name.
    told_at = models.DateTimeField(null=True)


class ReviewCampaign(models.Model):
    """A review of every active account of a legal entity (EXI 20, objective 1.2)."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="reviews")
    name = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class ReviewItem(models.Model):
    """One account to confirm or correct."""

    campaign = models.ForeignKey(ReviewCampaign, on_delete=models.CASCADE, related_name="items")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="review_items")
    decision = models.CharField(max_length=12, blank=True)  # confirmed, corrected, deactivated
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        """An account appears once in a campaign."""

        constraints = (models.UniqueConstraint(fields=["campaign", "account"], name="review_item_unique"),)


class NoticeReading(models.Model):
    """« J'ai compris » (SC.DMP/CONF.11): kept, renewed every N days, never changed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notice_readings")
    text_version = models.CharField(max_length=64)
    read_at = models.DateTimeField()
