"""The effect of a change before it is made: who gains what, who loses what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.rules.habilitation.matrix import Habilitations, Permission


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one cell when a rule or a matrix is replaced."""

    profession: str
    type_code: str
    before: Permission
    after: Permission

    @property
    def gain(self) -> bool:
        """The profession may now read this type, and could not (or nobody knew)."""
        return self.after.allowed

    @property
    def loss(self) -> bool:
        """The profession could read this type, and no longer may (or nobody knows)."""
        return self.before.allowed


def diff(
    before: Habilitations,
    after: Habilitations,
    *,
    professions: Iterable[str] | None = None,
    types: Iterable[str] | None = None,
) -> tuple[Change, ...]:
    """Who gains and who loses what, cell by cell, in the order given.

    Args:
        professions: G15 codes; by default every profession of TRE_G15.
        types: document type codes; by default every type of JDV_J66.
    """
    rows = tuple(professions) if professions is not None else _codes(ValueSetName.PROFESSION)
    columns = tuple(types) if types is not None else _codes(ValueSetName.TYPE_CODE)
    cells = ((p, t, before.allows(p, t), after.allows(p, t)) for p in rows for t in columns)
    return tuple(Change(p, t, was, now) for p, t, was, now in cells if was.ruling is not now.ruling)


def _codes(name: ValueSetName) -> tuple[str, ...]:
    return tuple(concept.code for concept in value_set(name))
