"""Words of the national nomenclatures for the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from tramontane.dmp.nomenclatures import ValueSetName, value_set

register = template.Library()


@register.filter
def profession(code: str) -> str:
    """The display of a TRE_G15 code; the code itself when it is unknown."""
    return value_set(ValueSetName.PROFESSION).display(code) or code


@register.filter
def last_day(until: datetime) -> str:
    """The last French day of a period whose end is excluded."""
    return f"{timezone.localtime(until - timedelta(microseconds=1)):%d/%m/%Y}"
