"""Watching for misuse: the patients under watch, the alerts that the rules opened, the days that a trainer played."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tramontane.national.models.patients import PatientRecord


class WatchedPatient(models.Model):
    """A patient whose record attracts curiosity. `reason` is the officer's sentence."""

    patient = models.OneToOneField(PatientRecord, on_delete=models.CASCADE, related_name="watch")
    reason = models.CharField(max_length=300)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"patient n° {self.patient_id} surveillé"


class SubjectKind(models.TextChoices):
    """Whom an alert is about; the value is the column of the traces that names it."""

    PROFESSIONAL = "rpps", "professionnel"
    STRUCTURE = "structure", "établissement"
    PATIENT = "ins", "patient"


class AlertState(models.TextChoices):
    """How far the officers are."""

    OPEN = "open", "à examiner"
    INVESTIGATED = "investigated", "en cours d’examen"
    CLOSED = "closed", "close"


class AlertOutcome(models.TextChoices):
    """What a closed alert turned out to be."""

    MISUSE = "misuse", "mésusage confirmé"
    LEGITIMATE = "legitimate", "usage légitime"
    TECHNICAL = "technical", "cause technique"


_UNCLOSED = models.Q(state__in=[AlertState.OPEN, AlertState.INVESTIGATED])


class Alert(models.Model):
    """What a rule found: a figure above its threshold, between two instants. `whole` is what a share is taken of."""

    rule = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=10, choices=SubjectKind)
    subject = models.CharField(max_length=40)
    figure = models.PositiveIntegerField()
    threshold = models.PositiveIntegerField()
    whole = models.PositiveIntegerField(null=True, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="excluded")
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.OPEN)
    officer = models.CharField(max_length=201, blank=True)
    outcome = models.CharField(max_length=10, choices=AlertOutcome, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject"], condition=_UNCLOSED, name="national_alert_unclosed_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="national_alert_state"),
            models.Index(fields=["rule", "subject"], name="national_alert_subject"),
        ]

    def __str__(self) -> str:
        return f"alerte n° {self.pk} ({self.rule})"


class PlayedDay(models.Model):
    """A day of generated traffic, written among the traces for a rehearsal; `planted` holds [rule, subject] pairs."""

    day = models.DateField(unique=True, help_text="French calendar day")
    played_at = models.DateTimeField()
    played_by = models.CharField(max_length=201)
    traces = models.PositiveIntegerField()
    planted = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"journée jouée du {self.day}"
