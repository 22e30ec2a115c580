"""Second factors of a local account."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models.people import Account


class Passkey(models.Model):
    """A WebAuthn credential."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=80)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.PositiveIntegerField(default=0)
    transports = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)


class TotpDevice(models.Model):
    """A TOTP secret that a first code confirmed, encrypted with the installation's key; `last_step` refuses a replay."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="totp")
    secret = models.BinaryField()
    confirmed_at = models.DateTimeField()
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A single-use code, hashed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=160)
    used_at = models.DateTimeField(null=True)
