"""Record systems that may launch a patient panel, their public keys, and every launch."""

from __future__ import annotations

from django.db import models

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.patients.models import Episode, Patient


class RecordSystem(models.Model):
    """A record system (DPI) of one legal entity. It names users, it never stands for them."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="record_systems")
    identifier = models.SlugField(max_length=60, unique=True)  # `iss` of its launches
    name = models.CharField(max_length=120)
    # The only origin that may embed the panel, `https://dpi.example.fr`; empty: nobody may, it opens in its own window.
    origin = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class RecordSystemKey(models.Model):
    """An Ed25519 public key. Only the record system holds the private one: there is no secret to steal here."""

    record_system = models.ForeignKey(RecordSystem, on_delete=models.CASCADE, related_name="keys")
    fingerprint = models.CharField(max_length=64, unique=True)  # `kid`: SHA-256 of the raw key, hexadecimal
    public_key = models.TextField()  # PEM
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Launch(models.Model):
    """One launch accepted. The row is what makes a link single-use, whichever worker reads it."""

    id = models.UUIDField(primary_key=True, default=clock.new_uuid)
    record_system = models.ForeignKey(RecordSystem, on_delete=models.PROTECT, related_name="launches")
    token_id = models.CharField(max_length=64)  # `jti`
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="launches")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="launches")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.SET_NULL, related_name="launches")
    launched_at = models.DateTimeField()

    class Meta:
        """Replay is refused by the database."""

        constraints = (models.UniqueConstraint(fields=["record_system", "token_id"], name="launch_single_use"),)
