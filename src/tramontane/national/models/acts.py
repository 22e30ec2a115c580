"""What people did on the pages: one row per act, never changed, read as the history of what it touched."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.national.models.contracts import Contract
from tramontane.national.models.monitoring import Alert
from tramontane.national.models.patients import PatientRecord


class ActKind(models.TextChoices):
    """What was done, in the words of the histories."""

    ENROLLED = "enrolled", "Représentant enrôlé"
    CONTRACT_SIGNED = "contract-signed", "Contrat signé"
    CONTRACT_RENEWED = "contract-renewed", "Contrat renouvelé"
    CONTRACT_AMENDED = "contract-amended", "Avenant signé"
    ENTITY_LISTED = "entity-listed", "Inscription sur la liste blanche"
    ENTITY_REMOVED = "entity-removed", "Retrait de la liste blanche"
    ENTITY_SUSPENDED = "entity-suspended", "Établissement suspendu"
    ENTITY_REESTABLISHED = "entity-reestablished", "Établissement rétabli"
    PROFESSIONAL_SUSPENDED = "professional-suspended", "Professionnel suspendu"
    PROFESSIONAL_REESTABLISHED = "professional-reestablished", "Professionnel rétabli"
    DIRECTORY_IMPORTED = "directory-imported", "Annuaire importé"
    DOCUMENT_MASKED = "document-masked", "Document masqué aux professionnels"
    DOCUMENT_UNMASKED = "document-unmasked", "Document démasqué"
    PROFESSIONAL_BLOCKED = "professional-blocked", "Professionnel bloqué"
    PROFESSIONAL_UNBLOCKED = "professional-unblocked", "Professionnel débloqué"
    EMERGENCY_CHOICES = "emergency-choices", "Choix pour l’urgence modifiés"
    DMP_CLOSED = "dmp-closed", "DMP fermé"
    DMP_REOPENED = "dmp-reopened", "DMP rouvert"
    ALERT_INVESTIGATED = "alert-investigated", "Examen commencé"
    ALERT_CLOSED = "alert-closed", "Alerte close"
    PATIENT_WATCHED = "patient-watched", "Patient mis sous surveillance"
    PATIENT_UNWATCHED = "patient-unwatched", "Surveillance levée"
    DAY_PLAYED = "day-played", "Journée de trafic jouée"
    PATIENT_PLAYED = "patient-played", "Patient joué"
    FAULT_SCRIPTED = "fault-scripted", "Panne programmée"
    FAULT_FORGOTTEN = "fault-forgotten", "Panne retirée"
    CONFORMANCE_STARTED = "conformance-started", "Session de conformité ouverte"
    CONFORMANCE_ENDED = "conformance-ended", "Session de conformité close"


class Act(models.Model):
    """Who did what, when, to whom; `detail` says the rest in one French sentence, cause included."""

    instant = models.DateTimeField()
    kind = models.CharField(max_length=30, choices=ActKind)
    role = models.CharField(max_length=30)
    actor = models.CharField(max_length=201)
    detail = models.CharField(max_length=1000, blank=True)
    finess = models.CharField(max_length=9, blank=True)
    rpps = models.CharField(max_length=11, blank=True)
    document = models.CharField(max_length=200, blank=True, help_text="uniqueId")
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.CASCADE, related_name="acts")
    patient = models.ForeignKey(PatientRecord, null=True, blank=True, on_delete=models.CASCADE, related_name="acts")
    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="acts")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["finess", "-id"], name="national_act_finess"),
            models.Index(fields=["rpps", "-id"], name="national_act_rpps"),
            models.Index(fields=["patient", "-id"], name="national_act_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"
