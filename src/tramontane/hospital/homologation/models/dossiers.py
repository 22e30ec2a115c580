"""A dossier: one homologation against one edition of a référentiel, from the first assessment to the archive."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.homologation.models.editions import Edition
from tramontane.rules.homologation import UNDER_WAY, DossierState


class Dossier(models.Model):
    """Pinned to its edition: a new version of the référentiel makes another dossier, never an edit of this one."""

    # Names the dossier in every trace (`correlation`): its journal is read there.
    uuid = models.UUIDField(default=clock.new_uuid, unique=True)
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="dossiers")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="dossiers")
    referentiel = models.CharField(max_length=40)  # the edition's, repeated for the constraint below
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=DossierState.ASSESSING.value)
    # The dossier whose answers this one took over.
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewals")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Numbered from 1 in an entity; one under way per référentiel."""

        constraints = (
            models.UniqueConstraint(fields=["legal_entity", "number"], name="dossier_number_unique"),
            models.UniqueConstraint(
                fields=["legal_entity", "referentiel"],
                condition=Q(state__in=sorted(state.value for state in UNDER_WAY)),
                name="dossier_one_under_way",
            ),
        )
        ordering = ("-number",)


class SupportSection(models.Model):
    """One part of the support documentaire, as somebody wrote it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=40)  # `cle` of the référentiel's list
    text = models.TextField(max_length=20_000)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each part is written once."""

        constraints = (models.UniqueConstraint(fields=["dossier", "key"], name="support_section_unique"),)
