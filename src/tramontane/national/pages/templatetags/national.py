"""Words of the national nomenclatures for the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.national.pages.selectors.exchanges import Mark

register = template.Library()


@register.filter
def profession(code: str) -> str:
    """The display of a TRE_G15 code; the code itself when it is unknown."""
    return value_set(ValueSetName.PROFESSION).display(code) or code


@register.filter
def last_day(until: datetime) -> str:
    """The last French day of a period whose end is excluded."""
    return f"{timezone.localtime(until - timedelta(microseconds=1)):%d/%m/%Y}"


@register.filter
def signs(marks: Iterable[Mark]) -> SafeString:
    """The numbered checks of an exchange as a row of signs, each with its word. Most exchanges share one row."""
    return _signs(tuple(marks))


@lru_cache(maxsize=1024)
def _signs(marks: tuple[Mark, ...]) -> SafeString:
    return format_html_join(
        "",
        '<span class="check {}" title="Contrôle {} : {}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{} {}, </span></span>',
        ((one.tone, one.step, one.word, one.sign, one.step, one.word) for one in marks),
    )
