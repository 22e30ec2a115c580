"""Scripted faults from the operator's desk, each with its act."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tramontane.national import faults
from tramontane.national.models import ActKind, FaultKind, ScriptedFault
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


@transaction.atomic
def script(fault: faults.PlayedFault, calls: dict[str, str], times: int | None, person: Person, at: datetime) -> int:
    """Play a fault on the calls that match (`transaction`, `rpps`, `ins`); its number."""
    pk = faults.script(fault, times=times, **calls)
    acts.record(ActKind.FAULT_SCRIPTED, person, at, detail=f"n° {pk}, {FaultKind(fault.kind).label}")
    return pk


@transaction.atomic
def play_again(pk: int, person: Person, at: datetime) -> None:
    """Play a fault that is used up once more. Raises ActRefused when it is gone, or still waiting for its call."""
    if not ScriptedFault.objects.filter(pk=pk, remaining=0).update(remaining=1):
        raise ActRefused("Cette panne attend encore son appel, ou n’existe plus.")
    acts.record(ActKind.FAULT_SCRIPTED, person, at, detail=f"n° {pk}, rejouée une fois")


@transaction.atomic
def forget(pk: int, person: Person, at: datetime) -> None:
    """Remove a fault. Raises ActRefused when it is gone."""
    if not ScriptedFault.objects.filter(pk=pk).delete()[0]:
        raise ActRefused("Cette panne est déjà retirée.")
    acts.record(ActKind.FAULT_FORGOTTEN, person, at, detail=f"n° {pk}")
