"""What an auto-homologation allows, and until when. Pure.

« … pour une durée maximale de 3 ans, à l'issue de laquelle la démarche devra être renouvelée » (référentiel DMP, EXI 29).
That the white list follows the months of the auto-homologation is our reading: docs/reference/differences.md.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MAX_MONTHS = 36
# « Rappel … peu avant l'expiration » (webinaire n° 4); the number of days is ours.
RENEW_FROM = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The auto-homologation as the representative declares it; `months` from `homologated_on`."""

    homologated_on: date
    months: int
    referentiel_version: str


def add_months(day: date, months: int) -> date:
    """The same day of a later month; its last day when it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def last_day(declaration: Declaration, signed_on: date) -> date:
    """Last day of the contract, inclusive: the end of the auto-homologation, and never more than 3 years."""
    return min(_end(declaration), latest_day(signed_on))


def latest_day(signed_on: date) -> date:
    """Last day, inclusive, that a signature of that day may reach."""
    return add_months(signed_on, MAX_MONTHS)


def problems(declaration: Declaration, signed_on: date) -> Iterator[str]:
    """Why this auto-homologation opens no contract; nothing when it does."""
    if not 1 <= declaration.months <= MAX_MONTHS:
        yield f"L’auto-homologation vaut de 1 à {MAX_MONTHS} mois ; vous avez indiqué {declaration.months} (EXI 29)."
        return
    if declaration.homologated_on > signed_on:
        yield "L’auto-homologation se déclare une fois le PV signé : sa date ne peut pas être dans le futur (EXI 29)."
        return
    if last_day(declaration, signed_on) < signed_on:
        yield f"Cette auto-homologation a expiré le {_end(declaration):%d/%m/%Y} : tenez une nouvelle commission avant de signer."
    if not declaration.referentiel_version.strip():
        yield "La version du référentiel est obligatoire : elle figure sur votre PV."


def _end(declaration: Declaration) -> date:
    """Last day of the auto-homologation itself, inclusive: the same day of the month."""
    return add_months(declaration.homologated_on, declaration.months)
