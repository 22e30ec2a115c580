"""Reminders as rows: what a missed run did not raise, the next one raises."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity


class Reminder(models.Model):
    """One thing to be reminded of, on a day."""

    TITLE_LENGTH: ClassVar = 300

    uuid = models.UUIDField(
        default=clock.new_uuid, unique=True
    )  # of the first of a deadline: UID of its calendar event
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=20)  # `rules.homologation.ReminderKind`
    key = models.CharField(max_length=120)  # what it is about, stable from one sweep to the next
    title = models.CharField(max_length=TITLE_LENGTH)
    due_on = models.DateField()
    remind_on = models.DateField()
    created_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True)  # its day came
    closed_at = models.DateTimeField(null=True)  # dealt with, or no longer to be done
    closed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """A deadline is reminded of once on a day."""

        constraints = (
            models.UniqueConstraint(
                fields=["legal_entity", "kind", "key", "due_on", "remind_on"], name="reminder_unique"
            ),
        )
        ordering = ("remind_on", "pk")
