"""Scripted faults: what a test or a demonstration asks the stand-in to do wrong, on which calls, how many times."""

from __future__ import annotations

from django.db import models


class FaultKind(models.TextChoices):
    """SOAP_FAULT and HTTP_500 replace the answer before any effect; the others distort a true answer."""

    DELAY = "delay", "réponse retardée"
    SOAP_FAULT = "soap_fault", "faute SOAP"
    HTTP_500 = "http_500", "erreur HTTP 500"
    CUT = "cut", "connexion coupée sans réponse"
    TRUNCATED = "truncated", "réponse tronquée"
    SLOW = "slow", "réponse au compte-gouttes"


class ScriptedFault(models.Model):
    """An empty filter matches every call; `remaining` empty means « until removed »."""

    kind = models.CharField(max_length=10, choices=FaultKind)
    transaction = models.CharField(max_length=10, blank=True)
    rpps = models.CharField(max_length=11, blank=True)
    ins = models.CharField(max_length=15, blank=True)
    seconds = models.FloatField(default=0, help_text="delay, or duration of a slow answer")
    subcode = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=300, blank=True)
    remaining = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.transaction}".strip()
