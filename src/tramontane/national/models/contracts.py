"""The contract portal: who may sign for a legal entity, what was signed, for which geographic entities."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from tramontane.national.models.directory import GeographicEntity, LegalEntity


class Card(models.TextChoices):
    """What a representative logged in with. CPE and CDE cannot be told apart by what was obtained of their profile."""

    CPS = "cps", "CPS"
    ESTABLISHMENT = "cpe-cde", "CPE ou CDE"
    UNSAFE_PERSONA = "unsafe-persona", "personnage de démonstration (sans carte)"


class Representative(models.Model):
    """The legal representative of an entity, or who stands for him, enrolled on the portal at his first visit."""

    identity = models.CharField(max_length=80, unique=True, help_text="PS_IdNat of the card")
    card = models.CharField(max_length=20, choices=Card)
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    capacity = models.CharField(max_length=100, help_text="fonction, telle que déclarée")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="representatives")
    enrolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class ContractKind(models.TextChoices):
    """What a signature does to the contracts before it."""

    INITIAL = "initial", "contrat initial"
    RENEWAL = "renewal", "renouvellement"
    AMENDMENT = "amendment", "avenant"


class RenewalTrigger(models.TextChoices):
    """Why a contract is renewed: the four cases of the sample contract (webinaire HospiConnect n° 4)."""

    TERM = "term", "Échéance régulière (au bout de 3 ans maximum)"
    REFERENTIEL = "referentiel", "Mise à jour substantielle du référentiel"
    SUPPORT = "support", "Évolution du support documentaire ou de l’engagement PGSSI-S"
    SOFTWARE = "software", "Modification de la configuration logicielle mise en œuvre par un éditeur"


class Contract(models.Model):
    """One signature. Nothing here ever changes, except `ended_at` when a later signature takes its place.

    What the signer was and declared is copied: the row still says it when the person or the directory changed.
    """

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(max_length=10, choices=ContractKind)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="replaced_by"
    )
    trigger = models.CharField(max_length=12, choices=RenewalTrigger, blank=True)
    signatory = models.ForeignKey(Representative, on_delete=models.PROTECT, related_name="contracts")
    signatory_name = models.CharField(max_length=201)
    signatory_capacity = models.CharField(max_length=100)
    signatory_card = models.CharField(max_length=20, choices=Card)
    homologated_on = models.DateField()
    homologation_months = models.PositiveSmallIntegerField()
    referentiel_version = models.CharField(max_length=40)
    engagements = models.CharField(max_length=40, help_text="version of the text of the engagements")
    valid_from = models.DateField()
    valid_until = models.DateField()
    signed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    pdf_digest = models.CharField(max_length=64, help_text="SHA-256 hex of the signed PDF in the store")
    pdf_size = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(homologation_months__gte=1, homologation_months__lte=36),
                name="national_contract_months",
            ),
            models.CheckConstraint(condition=~models.Q(pdf_digest=""), name="national_contract_has_pdf"),
        ]

    @property
    def number(self) -> str:
        """« AIR-2026-000042 »."""
        return f"AIR-{timezone.localtime(self.signed_at).year}-{self.pk:06d}"

    def __str__(self) -> str:
        return self.number


class ContractEntity(models.Model):
    """A geographic entity that a contract covers, under the name it had on the day of the signature."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="entities")
    geographic_entity = models.ForeignKey(GeographicEntity, on_delete=models.PROTECT, related_name="contract_lines")
    name = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "geographic_entity"], name="national_contract_entity")
        ]

    def __str__(self) -> str:
        return f"{self.name} (ET {self.geographic_entity_id})"
