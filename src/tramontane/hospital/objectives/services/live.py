"""The figures so far: read from the registers at most once in five minutes for each legal entity, and kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.models import LiveFacts
from tramontane.hospital.objectives.selectors.facts import gather, reading_of
from tramontane.rules.objectives import MonthFacts
from tramontane.rules.objectives.periods import month_of

FRESH = timedelta(minutes=5)


def so_far(entity: LegalEntity, at: datetime) -> tuple[MonthFacts, datetime]:
    """The facts of the month that runs at `at` (aware), and when they were read. A reading changed since is read anew."""
    month = month_of(at)
    kept = LiveFacts.objects.filter(legal_entity=entity, month=month, read_at__gt=at - FRESH, read_at__lte=at).first()
    if kept is not None:
        facts = msgspec.convert(kept.facts, MonthFacts, str_keys=True)
        if facts.reading == reading_of(entity):
            return facts, kept.read_at
    return refresh(entity, at), at


def refresh(entity: LegalEntity, at: datetime) -> MonthFacts:
    """Read now, and keep."""
    facts = gather(entity, month_of(at), at)
    values = {"month": month_of(at), "facts": msgspec.to_builtins(facts, str_keys=True), "read_at": at}
    LiveFacts.objects.update_or_create(legal_entity=entity, defaults=values)
    return facts
