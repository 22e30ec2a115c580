"""The one door to `models.Act`: no write of a page without its row, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tramontane.national.models import Act, ActKind
from tramontane.national.pages.roles import Person


def record(kind: ActKind, person: Person, at: datetime, *, detail: str = "", **touched: Any) -> Act:
    """Write one act.

    Args:
        at: aware.
        detail: one French sentence; a cause that someone typed belongs here.
        touched: `finess`, `rpps`, `document`, `contract`, `patient`: what the act is the history of.
    """
    role = "représentant légal du mineur" if person.for_a_child else str(person.role)
    actor = f"{person.name}, joué par {person.played_by}" if person.played_by else person.name
    return Act.objects.create(kind=kind, instant=at, actor=actor[:201], role=role, detail=detail[:1000], **touched)
