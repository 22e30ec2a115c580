"""The document types one may search for: JDV_J66, by label."""

from __future__ import annotations

from functools import cache

from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set


@cache
def type_options() -> tuple[Coded, ...]:
    """Every type, in the order of its French label."""
    return tuple(sorted(value_set(ValueSetName.TYPE_CODE), key=lambda coded: coded.label.casefold()))
