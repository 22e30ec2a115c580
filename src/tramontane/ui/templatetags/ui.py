"""French formats for the screens: real dates, plurals, non-breaking spaces, INS in groups."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

NBSP = "\u00a0"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@register.filter
def count_of(number: int, forms: str) -> str:
    """« 1 document », « 3 documents », « 0 document »: French counts zero as singular."""
    singular, plural = forms.split(",")
    return f"{number:,}".replace(",", "\u202f") + NBSP + (plural if abs(number) >= 2 else singular)


@register.filter
def typographic(text: str) -> str:
    """French typography for a sentence of the rules or of an error, which is written plain: apostrophes, spaces that hold."""
    return re.sub(r" ([:;?!»])", rf"{NBSP}\1", str(text)).replace("« ", f"«{NBSP}").replace("'", "’")


def _clock(moment: datetime) -> str:
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"


def spoken(moment: datetime, now: datetime) -> str:
    """A date as people say it: « aujourd'hui à 9 h 41 », « hier à 18 h 02 », « le 12/11/2026 »."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"aujourd’hui à {_clock(moment)}"
    if days == 1:
        return f"hier à {_clock(moment)}"
    return f"le {moment:%d/%m/%Y}"


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """A `<time>` in words, absolute on hover. Nothing, or what a template did not find: « — »."""
    if not moment:
        return "—"
    local = timezone.localtime(moment)
    absolute = f"{local.day} {MONTHS[local.month - 1]} {local.year} à {_clock(local)}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), absolute, spoken(local, timezone.localtime())
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """« 12/11/2026 », local. Nothing, or what a template did not find: « — »."""
    if not value:
        return "—"
    return f"{(timezone.localtime(value) if isinstance(value, datetime) else value):%d/%m/%Y}"


@register.filter
def age(born: date | None) -> str:
    """Age in words: « 72 ans », « 4 mois », « 12 jours »."""
    if born is None:
        return ""
    today = timezone.localdate()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years >= 2:
        return f"{years}{NBSP}ans"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= 1:
        return f"{months}{NBSP}mois"
    return count_of((today - born).days, "jour,jours")


@register.filter
def ins_groups(value: str) -> str:
    """« 2 54 03 69 383 012 45 »: the matricule as it is read aloud."""
    if len(value) != 15:
        return value
    parts = (value[0], value[1:3], value[3:5], value[5:7], value[7:10], value[10:13], value[13:])
    return NBSP.join(parts)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The current query string with some parameters changed; None removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = str(value)
    return "?" + parameters.urlencode()
