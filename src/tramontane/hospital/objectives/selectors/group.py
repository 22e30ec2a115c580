"""Establishments side by side: one's own, and those that let one read their closed figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import Sharing
from tramontane.hospital.objectives.selectors.statements import figures_of, in_force
from tramontane.rules.objectives import Figure


@dataclass(frozen=True, slots=True)
class Column:
    """One establishment, at its last closed month (None: none yet). `figures` by objective and year."""

    entity: LegalEntity
    month: date | None
    figures: dict[tuple[str, str], Figure]


def columns(entity: LegalEntity) -> list[Column]:
    """The establishment of the account first, then those that share with it, by name."""
    others = LegalEntity.objects.filter(figures_shared__reader=entity, figures_shared__withdrawn_at=None)
    return [_column(one) for one in (entity, *others.order_by("name", "pk").distinct())]


def _column(entity: LegalEntity) -> Column:
    rows: Sequence = in_force(entity)
    if not rows:
        return Column(entity, None, {})
    figures = {(one.objective, one.year): one for one in figures_of(rows[-1])}
    return Column(entity, rows[-1].month, figures)


def granted(entity: LegalEntity) -> QuerySet[Sharing]:
    """Who reads the figures of this establishment."""
    return Sharing.objects.filter(owner=entity, withdrawn_at=None).select_related("reader", "granted_by").order_by("pk")
