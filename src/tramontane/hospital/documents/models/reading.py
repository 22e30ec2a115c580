"""What a professional just read, for the time of her session, and the filters she keeps."""

from __future__ import annotations

from django.db import models

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.patients.models import Patient


class RetrievedContent(models.Model):
    """A content fetched from the DMP: sealed with the session that asked for it, gone with it (REC_3.2-1020)."""

    token = models.UUIDField(default=clock.new_uuid, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    session_digest = models.CharField(max_length=64, db_index=True)
    unique_id = models.CharField(max_length=128)
    media_type = models.CharField(max_length=80)
    sha1_announced = models.CharField(max_length=40, blank=True)
    sha1 = models.CharField(max_length=40)
    size = models.BigIntegerField()
    # Size and hash were announced, and match. What did not match was never given.
    verified = models.BooleanField()
    sealed = models.BinaryField()
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """One copy per session."""

        constraints = (
            models.UniqueConstraint(
                fields=["account", "patient", "session_digest", "unique_id"], name="retrieved_content_unique"
            ),
        )


class SavedFilter(models.Model):
    """A personal filter of the DMP list: a name and the query string it stands for."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, blank=True)

    class Meta:
        """A name is used once by an account."""

        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["account", "name"], name="saved_filter_unique"),)
