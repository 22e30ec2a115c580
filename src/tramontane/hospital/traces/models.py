"""One row per event, and the seals that chain them. Rows are only ever added: database triggers refuse the rest."""

from __future__ import annotations

from django.db import models


class Trace(models.Model):
    """What happened: who, in whose name, about whom, with what result.

    Fields follow EX_AIR-070/090 and CSP R. 1111-43. Identifiers are copied as values, not as foreign keys: a trace
    outlives the account, the service and the patient it speaks of (EX_AIR-100: ten years after the DMP closes).
    """

    recorded_at = models.DateTimeField(db_index=True)
    event = models.CharField(max_length=60)
    finess_juridique = models.CharField(max_length=9)
    finess_geographique = models.CharField(max_length=9, blank=True)
    account_id = models.BigIntegerField(null=True)
    account_name = models.CharField(max_length=160, blank=True)
    rpps = models.CharField(max_length=11, blank=True)
    ins = models.CharField(max_length=15, blank=True)
    patient_id = models.BigIntegerField(null=True)
    transaction = models.CharField(max_length=12, blank=True)
    access_mode = models.CharField(max_length=20, blank=True)
    motive = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    # One exchange with the DMP is two rows, « asked » and « answered », under one correlation.
    correlation = models.UUIDField(null=True)
    assertion_id = models.CharField(max_length=80, blank=True)
    document_ids = models.JSONField(default=list)
    proof = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        """Reading orders of the audit screens."""

        indexes = (
            models.Index(fields=["finess_juridique", "recorded_at"]),
            models.Index(fields=["rpps", "recorded_at"]),
            models.Index(fields=["ins", "recorded_at"]),
            models.Index(fields=["correlation"]),
            # What an account did in a month (objectives 1.3 and 2.2): one probe, however many traces there are.
            models.Index(
                fields=["account_id", "event", "transaction", "outcome", "access_mode", "recorded_at"],
                condition=models.Q(event__in=["connexion.reussie", "dmp.reponse"]),
                name="traces_trac_account_did_idx",
            ),
        )


class Seal(models.Model):
    """A link of the chain: the hash of the previous link and of every trace of its range.

    `leaves` keeps, row by row, the identifier and digest that were sealed (8 + 32 bytes each): a verification says
    which row was changed, removed or added, not only that something was.
    """

    first_trace_id = models.BigIntegerField()
    last_trace_id = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    leaves = models.BinaryField()
    sealed_at = models.DateTimeField()


class PurgedTrace(models.Model):
    """A trace destroyed at the end of its retention (EX_AIR-100): the decision, row by row, kept without what it said.

    The only key of the append-only door: the triggers let go of the rows named here, and these rows stay.
    """

    trace_id = models.BigIntegerField(unique=True)
    rule = models.CharField(max_length=60)
    decided_by = models.CharField(max_length=160)
    decided_at = models.DateTimeField()
