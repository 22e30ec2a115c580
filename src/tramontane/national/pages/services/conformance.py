"""Opening and ending a conformance session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tramontane.national.models import ActKind, ConformanceSession
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


@transaction.atomic
def start(label: str, calls: dict[str, Any], person: Person, at: datetime) -> ConformanceSession:
    """Open a session now, on the calls of a legal entity (`legal_entity_id`), or of one `certificate` of it;
    `provoked`: numbers of the checks that refuse on purpose."""
    session = ConformanceSession.objects.create(label=label, started_at=at, started_by=person.name, **calls)
    acts.record(ActKind.CONFORMANCE_STARTED, person, at, detail=f"n° {session.pk}, {label}")
    return session


@transaction.atomic
def end(pk: int, person: Person, at: datetime) -> None:
    """End a session: its report no longer changes. Raises ActRefused when it is ended already."""
    if not ConformanceSession.objects.filter(pk=pk, ended_at=None).update(ended_at=at):
        raise ActRefused("Cette session est déjà close.")
    acts.record(ActKind.CONFORMANCE_ENDED, person, at, detail=f"n° {pk}")
