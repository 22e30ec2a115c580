"""Words of the national nomenclatures for the pages."""

from __future__ import annotations

from django import template

from tramontane.dmp.nomenclatures import ValueSetName, value_set

register = template.Library()


@register.filter
def profession(code: str) -> str:
    """The display of a TRE_G15 code; the code itself when it is unknown."""
    return value_set(ValueSetName.PROFESSION).display(code) or code
