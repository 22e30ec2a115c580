"""What happened: one row per call, whatever its outcome, and the assertions already presented."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AssertionSeen(models.Model):
    """An assertion presented once. The key is the SHA-256 of its issuer and its ID, so that any ID fits."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class AccessResult(models.TextChoices):
    """How a call ended."""

    GRANTED = "granted", "accordé"
    REFUSED = "refused", "refusé"
    UNUSABLE = "unusable", "illisible"
    SCRIPTED = "scripted", "panne jouée"


_NOT_GRANTED = models.Q(result__in=[AccessResult.REFUSED, AccessResult.UNUSABLE, AccessResult.SCRIPTED])


class AccessTrace(models.Model):
    """One call: who, where, whose record, what, and every verdict. Read by « expliquer ce refus » and by monitoring."""

    instant = models.DateTimeField(db_index=True)
    transaction = models.CharField(max_length=10)
    service = models.CharField(max_length=30)
    message_id = models.CharField(max_length=200, blank=True)
    assertion_id = models.CharField(max_length=200, blank=True)
    certificate = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the client certificate")
    mode = models.CharField(max_length=20, blank=True)
    access_mode = models.CharField(max_length=20, blank=True)
    secret = models.BooleanField(default=False, help_text="« connexion secrète » of a minor (EX_0.1-1100)")
    rpps = models.CharField(max_length=40, blank=True, help_text="PS_IdNat without its prefix when it is an RPPS")
    structure = models.CharField(max_length=20, blank=True, help_text="FINESS géographique, or another Struct_IdNat")
    legal_entity = models.CharField(max_length=20, blank=True)
    ins = models.CharField(max_length=15, blank=True)
    result = models.CharField(max_length=10, choices=AccessResult)
    code = models.CharField(max_length=80, blank=True, help_text="the code that went out on the wire")
    documents = models.JSONField(default=list)
    verdicts = models.BinaryField(default=b"[]", help_text="JSON; read with tracing.verdicts_of")

    class Meta:
        indexes: ClassVar = [
            # The identifier last: a page of a history begins exactly where the one before ended.
            models.Index(fields=["ins", "instant", "id"], name="national_trace_patient"),
            models.Index(fields=["rpps", "instant", "id"], name="national_trace_rpps"),
            models.Index(fields=["structure", "instant", "id"], name="national_trace_structure"),
            models.Index(fields=["transaction", "instant", "id"], name="national_trace_transaction"),
            models.Index(fields=["structure", "transaction", "instant", "id"], name="national_trace_place_td"),
            # Few calls are refused: without this one, finding the rare ones would read all the others.
            models.Index(fields=["result", "instant", "id"], name="national_trace_refused", condition=_NOT_GRANTED),
            models.Index(
                fields=["transaction", "result", "instant", "id"],
                name="national_trace_refused_td",
                condition=_NOT_GRANTED,
            ),
            models.Index(
                fields=["structure", "result", "instant", "id"],
                name="national_trace_refused_place",
                condition=_NOT_GRANTED,
            ),
            models.Index(
                fields=["rpps", "result", "instant", "id"], name="national_trace_refused_rpps", condition=_NOT_GRANTED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction} {self.result} {self.code}".strip()


class FailedCheck(models.Model):
    """One numbered check that failed in one call: what a list of exchanges is narrowed by. Few calls have any.

    The columns of the trace that are filtered together with it are copied: one index answers each combination.
    """

    trace = models.ForeignKey(AccessTrace, on_delete=models.CASCADE, related_name="failed_checks", db_index=False)
    step = models.PositiveSmallIntegerField()
    instant = models.DateTimeField()
    transaction = models.CharField(max_length=10)
    rpps = models.CharField(max_length=40, blank=True)
    structure = models.CharField(max_length=20, blank=True)
    result = models.CharField(max_length=10, choices=AccessResult)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trace", "step"], name="national_failed_check_once")]
        indexes: ClassVar = [
            models.Index(fields=["step", "instant", "trace"], name="national_failed_check"),
            models.Index(fields=["rpps", "step", "instant", "trace"], name="national_failed_check_rpps"),
            models.Index(fields=["structure", "step", "instant", "trace"], name="national_failed_check_place"),
            models.Index(fields=["instant"], name="national_failed_check_lately"),
        ]

    def __str__(self) -> str:
        return f"contrôle {self.step} de la trace n° {self.trace_id}"
