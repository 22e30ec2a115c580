"""A sitting of the commission, who sits, and what it judges of each dossier."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.homologation.models.dossiers import Dossier


class Sitting(models.Model):
    """One meeting. It may judge two référentiels: each dossier keeps its own opinion, decision and PV."""

    uuid = models.UUIDField(default=clock.new_uuid, unique=True)  # UID of its calendar event
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="sittings")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=120)
    place = models.CharField(max_length=200, blank=True)
    # Counts the changes of the invitation (SEQUENCE of RFC 5545).
    sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        ordering = ("-starts_at", "-pk")


class Member(models.Model):
    """Somebody invited to a sitting."""

    class Role(models.TextChoices):
        """The participants the webinar names; « Etc. » is OTHER."""

        HEAD = "responsable", "Responsable de l’établissement"
        DEPUTY = "representant", "Représentant du responsable"
        RSSI = "rssi", "RSSI"
        DPO = "dpo", "DPO"
        DSI = "dsi", "Direction des systèmes d’information"
        VENDOR = "editeur", "Éditeur de la solution"
        PATIENTS = "patients", "Représentant des patients"
        IDENTITOVIGILANCE = "identitovigilance", "Cellule d’identitovigilance"
        OTHER = "autre", "Autre participant"

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    present = models.BooleanField(null=True)  # None: not noted yet

    class Meta:
        """In the order they were added."""

        ordering = ("pk",)


class Judgement(models.Model):
    """What a sitting says of one dossier."""

    class Decision(models.TextChoices):
        """How it ends."""

        HOMOLOGATED = "homologue", "Homologué"
        REFUSED = "refuse", "Refusé"
        ADJOURNED = "ajourne", "Ajourné"

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="judgements")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="judgements")
    # The end of « Le passage en revue des risques significatifs résiduels met en évidence que… ».
    risks = models.TextField(max_length=8000, blank=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    months = models.PositiveSmallIntegerField(null=True)
    motive = models.TextField(max_length=4000, blank=True)
    # What the PV names: who signs it, and the legal identifiers the certificates in use carry.
    signatory = models.CharField(max_length=120, blank=True)
    soussigne = models.CharField(max_length=12, default="soussigné")
    identifiants = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        """A dossier waits for one judgement at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(decision="", cancelled_at=None),
                name="judgement_one_awaited",
            ),
        )
        ordering = ("-pk",)


class Opinion(models.Model):
    """What a member says of a dossier."""

    class Value(models.TextChoices):
        """For, for with reservations, against."""

        FAVOURABLE = "favorable", "Favorable"
        RESERVED = "reserve", "Favorable avec réserves"
        AGAINST = "defavorable", "Défavorable"

    judgement = models.ForeignKey(Judgement, on_delete=models.CASCADE, related_name="opinions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="opinions")
    value = models.CharField(max_length=12, choices=Value.choices)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        """One a member."""

        constraints = (models.UniqueConstraint(fields=["judgement", "member"], name="opinion_unique"),)
