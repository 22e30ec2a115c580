"""Establishments side by side: one's own, and those that let a role of one's own read their figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.objectives.models import Sharing, Statement
from tramontane.hospital.objectives.selectors.statements import figures_of, in_force
from tramontane.rules.objectives import Figure


@dataclass(frozen=True, slots=True)
class Column:
    """One establishment at one month. `missing`: why there is no figure, French; `sharing`: None for one's own."""

    entity: LegalEntity
    sharing: Sharing | None
    figures: dict[tuple[str, str], Figure]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is shown to an account, with the closed statements of each; one's own first, then by name."""

    rows: tuple[tuple[LegalEntity, Sharing | None, dict[date, Statement]], ...]

    @property
    def months(self) -> list[date]:
        """Every month that one of them closed, the newest first."""
        return sorted({month for _, _, closed in self.rows for month in closed}, reverse=True)


def shown_to(account: Account) -> Shown:
    """The establishment of the account, and those that opened their figures to one of its roles there."""
    opened = Sharing.objects.filter(reader=account.legal_entity, withdrawn_at=None).select_related(
        "owner", "granted_by"
    )
    mine = set(account.roles)
    others = sorted((one for one in opened if mine.intersection(one.roles)), key=lambda one: (one.owner.name, one.pk))
    pairs = [(account.legal_entity, None), *((one.owner, one) for one in others)]
    return Shown(tuple((entity, sharing, {row.month: row for row in in_force(entity)}) for entity, sharing in pairs))


def columns(shown: Shown, month: date | None, so_far: Callable[[LegalEntity], tuple[Figure, ...]]) -> list[Column]:
    """Each establishment at a closed month; None: the month that runs, as `so_far` gives it."""
    return [_closed(*row, month) if month is not None else _running(row[0], row[1], so_far) for row in shown.rows]


def _closed(entity: LegalEntity, sharing: Sharing | None, closed: dict[date, Statement], month: date) -> Column:
    row = closed.get(month)
    return Column(entity, sharing, _by_objective(figures_of(row)) if row else {}, "" if row else "mois non clos")


def _running(
    entity: LegalEntity, sharing: Sharing | None, so_far: Callable[[LegalEntity], tuple[Figure, ...]]
) -> Column:
    if sharing is not None and not sharing.live:
        return Column(entity, sharing, {}, "mois en cours non ouvert")
    return Column(entity, sharing, _by_objective(so_far(entity)))


def _by_objective(found: tuple[Figure, ...]) -> dict[tuple[str, str], Figure]:
    return {(one.objective, one.year): one for one in found}


def granted(entity: LegalEntity) -> QuerySet[Sharing]:
    """Who reads the figures of this establishment."""
    return Sharing.objects.filter(owner=entity, withdrawn_at=None).select_related("reader", "granted_by").order_by("pk")
