"""Statements as frozen: the last of each month counts."""

from __future__ import annotations

from datetime import date

import msgspec
from django.db.models import QuerySet

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import Statement
from tramontane.rules.objectives import Figure, MonthFacts


def statements(entity: LegalEntity) -> QuerySet[Statement]:
    """Every statement, the newest month first; without the facts, which are long."""
    return Statement.objects.filter(legal_entity=entity).defer("facts").select_related("closed_by", "legal_entity")


def latest(entity: LegalEntity, month: date) -> Statement | None:
    """The statement that counts for a month."""
    found = Statement.objects.filter(legal_entity=entity, month=month.replace(day=1)).select_related("legal_entity")
    return found.order_by("-number").first()


def in_force(entity: LegalEntity) -> list[Statement]:
    """The last of each month, the oldest month first."""
    kept = {row.month: row for row in statements(entity).order_by("month", "number")}
    return list(kept.values())


def facts_of(statement: Statement) -> MonthFacts:
    """The facts as frozen."""
    return msgspec.convert(statement.facts, MonthFacts, str_keys=True)


def figures_of(statement: Statement) -> tuple[Figure, ...]:
    """The figures as frozen."""
    return msgspec.convert(statement.figures, tuple[Figure, ...])
