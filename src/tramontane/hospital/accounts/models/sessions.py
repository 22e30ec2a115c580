"""Open sessions, failed attempts, tokens already used, and the tokens of the HR feed."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models.entities import LegalEntity
from tramontane.hospital.accounts.models.people import Account


class OpenSession(models.Model):
    """One browser session of an account: what a departure or a back-channel logout has to end."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    # Empty for a local login; otherwise how the provider names the session it opened.
    provider = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    provider_session = models.CharField(max_length=255, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        """A logout token names a provider and a subject or a session."""

        indexes = (models.Index(fields=["provider", "subject"]), models.Index(fields=["provider", "provider_session"]))


class Throttle(models.Model):
    """Failed attempts counted for one key: an account name or an address, hashed."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)


class ConsumedToken(models.Model):
    """A single-use token already used; kept until it would have expired anyway."""

    key = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)


class ScimToken(models.Model):
    """A bearer token of the HR or IAM feed, hashed. Bound to one legal entity."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="scim_tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
