"""The statement of a month: facts, figures, and the digest of what was read. Never changed."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity

# What the digest of a statement covers, with the FINESS juridique of its entity.
SEALED = (
    "month", "number", "motive", "facts", "figures", "reading", "first_trace_id", "last_trace_id", "traces", "seal_hash",
    "closed_at",
)  # fmt: skip


class Statement(models.Model):
    """One month of one legal entity. A mistake is corrected by another statement, with its date and its motive."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="statements")
    month = models.DateField()  # its first day
    number = models.PositiveSmallIntegerField(default=1)  # 1, then 2 for its first correction
    motive = models.CharField(max_length=500, blank=True)
    # `rules.objectives.MonthFacts` and the figures drawn from them: accounts by number, no name, no patient.
    facts = models.JSONField()
    figures = models.JSONField()
    reading = models.JSONField()  # that of the facts, read without them
    # The traces of the entity in the month; `seal_hash` is the link of the chain that covers the last one.
    first_trace_id = models.BigIntegerField(null=True)
    last_trace_id = models.BigIntegerField(null=True)
    traces = models.BigIntegerField(default=0)
    seal_hash = models.CharField(max_length=64, blank=True)
    # Of everything above, in canonical JSON (`services.closing.digest`).
    sha256 = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Numbered from 1 in a month; the last one counts."""

        constraints = (
            models.UniqueConstraint(fields=["legal_entity", "month", "number"], name="statement_number_unique"),
        )
        ordering = ("-month", "-number")


class LiveFacts(models.Model):
    """The facts « so far » as last read: a page shown again within minutes reads nothing again."""

    legal_entity = models.OneToOneField(LegalEntity, on_delete=models.CASCADE, related_name="live_facts")
    month = models.DateField()
    facts = models.JSONField()
    read_at = models.DateTimeField()
