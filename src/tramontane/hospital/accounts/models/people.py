"""Accounts, their roles, and where they work."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tramontane.hospital import clock
from tramontane.hospital.accounts.models.entities import LegalEntity, Service


class Role(models.TextChoices):
    """What an account does here. One account may hold several roles."""

    CLINICIAN = "clinician", "Professionnel de santé"
    ADMISSIONS = "admissions", "Bureau des admissions"
    ACCOUNT_MANAGER = "account_manager", "Gestion des comptes"
    RSSI = "rssi", "RSSI"
    DPO = "dpo", "DPO"
    HOMOLOGATION = "homologation", "Équipe d’homologation"
    DIRECTION = "direction", "Direction"


class Account(AbstractBaseUser):
    """A person who logs in, in one legal entity."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="accounts")
    login = models.CharField(max_length=80, unique=True)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    # Empty for staff without RPPS; unique in its legal entity otherwise (objective 1.1): a professional may work in two.
    rpps = models.CharField(max_length=11, null=True, db_index=True)
    profession = models.CharField(max_length=8, blank=True)  # TRE_G15
    savoir_faire = models.CharField(max_length=8, blank=True)  # TRE_R01, or section G05 for pharmacists
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    deactivated_at = models.DateTimeField(null=True)
    # When a closed account was opened again: what was granted before, to the one who left, opens nothing any more.
    reopened_at = models.DateTimeField(null=True)
    # Bumped at each change of rights: a session that carries an older number is reread at its next request.
    rights_version = models.PositiveIntegerField(default=1)
    # What an authenticator keeps to name the account: random, tells nothing about the person.
    handle = models.UUIDField(default=clock.new_uuid, unique=True)
    # Set when the account manager hands a password over: it must be changed at first use, and dies at this instant.
    password_temporary_until = models.DateTimeField(null=True)
    # The name the HR or IAM feed gives this account (SCIM `externalId`).
    external_id = models.CharField(max_length=120, blank=True)

    USERNAME_FIELD = "login"
    objects = BaseUserManager()

    class Meta:
        """One account for a professional in each legal entity."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "rpps"], name="rpps_unique_in_entity"),)

    @property
    def display_name(self) -> str:
        """« Dr A. Rousseau »-like forms are the screens' affair; this is « Alix Rousseau »."""
        return f"{self.given_name} {self.family_name}"

    @property
    def role_labels(self) -> list[str]:
        """The roles in words."""
        return [str(Role(value).label) for value in self.roles if value in Role.values]

    def has_role(self, role: Role) -> bool:
        """Whether the account holds `role`."""
        return role.value in self.roles


class ServiceAssignment(models.Model):
    """An account works in a service, from a date to another. Ended rows are kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="assignments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)


class ExternalIdentity(models.Model):
    """The subject by which an identity provider knows an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="external_identities")
    provider = models.CharField(max_length=40)
    subject = models.CharField(max_length=255)

    class Meta:
        """A subject names one person, who may have an account in several legal entities (`oidc.people` checks it)."""

        constraints = (
            models.UniqueConstraint(fields=["provider", "subject", "account"], name="external_identity_unique"),
        )
