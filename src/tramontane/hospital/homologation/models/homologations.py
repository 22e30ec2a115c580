"""What a signature freezes. Rows are added, never changed: the database refuses the rest."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.homologation.models.dossiers import Dossier


class Homologation(models.Model):
    """The snapshot: texts, levels, digests of the proofs, réserves, members, decision, and the signed PV."""

    class SignatureMode(models.TextChoices):
        """The three honest ways to sign."""

        SCANNED = "scanne", "Signé à la main, numérisé"
        PARAPHEUR = "parapheur", "Signé dans un parapheur externe"
        LOCAL = "local", "Signé ici avec un certificat"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="homologations")
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="homologation")
    referentiel = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    signed_on = models.DateField()
    months = models.PositiveSmallIntegerField()
    signatory = models.CharField(max_length=120)
    mention = models.TextField()
    # Everything the PV rests on, and the digest of its canonical JSON.
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # What was true that day, as digests: `rules.homologation.Fingerprint`.
    fingerprint = models.JSONField(default=dict)
    signature_mode = models.CharField(max_length=10, choices=SignatureMode.choices)
    signed_file = models.FileField(upload_to="pv/%Y", max_length=200)
    signed_file_name = models.CharField(max_length=200)
    signed_sha256 = models.CharField(max_length=64)
    # What was verified of the signature and what could not be: of a scanned paper, nothing.
    signature_report = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        ordering = ("-signed_on", "-pk")


class Ending(models.Model):
    """Why an homologation no longer holds, before its term."""

    class Kind(models.TextChoices):
        """Replaced by another; or void, because a trigger of renewal was accepted."""

        REPLACED = "remplacee", "Remplacée"
        VOID = "caduque", "Caduque"

    homologation = models.OneToOneField(Homologation, on_delete=models.PROTECT, related_name="ending")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ended_on = models.DateField()
    trigger = models.CharField(max_length=20, blank=True)  # `rules.homologation.TriggerKind`
    motive = models.CharField(max_length=500, blank=True)
    replaced_by = models.ForeignKey(Homologation, null=True, on_delete=models.PROTECT, related_name="replaces")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
