"""Scripted faults: which one applies to a call, and what it does to the answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q

from tramontane.national.models import FaultKind, ScriptedFault

REPLACING = frozenset({FaultKind.SOAP_FAULT, FaultKind.HTTP_500})


@dataclass(frozen=True, slots=True)
class PlayedFault:
    """A scripted fault, drawn for one call. `seconds` is a delay, or the duration of a slow answer."""

    kind: FaultKind
    seconds: float = 0
    subcode: str = ""
    text: str = ""

    @property
    def replaces(self) -> bool:
        """The answer is the fault itself, and the call has no effect."""
        return self.kind in REPLACING


def script(
    fault: PlayedFault, *, transaction: str = "", rpps: str = "", ins: str = "", times: int | None = None
) -> int:
    """Ask for a fault. Empty filters match every call; `times` None means until `forget`. Its number."""
    return ScriptedFault.objects.create(
        kind=fault.kind,
        seconds=fault.seconds,
        subcode=fault.subcode,
        text=fault.text,
        transaction=transaction,
        rpps=rpps,
        ins=ins,
        remaining=times,
    ).pk


def forget() -> None:
    """Play no fault any more."""
    ScriptedFault.objects.all().delete()


def draw(*, transaction: str, rpps: str, ins: str) -> PlayedFault | None:
    """The first scripted fault that matches this call, one use of it consumed. Call it inside a transaction."""
    if not _any():
        return None
    matching = ScriptedFault.objects.filter(
        Q(transaction="") | Q(transaction=transaction),
        Q(rpps="") | Q(rpps=rpps),
        Q(ins="") | Q(ins=ins),
        Q(remaining__isnull=True) | Q(remaining__gt=0),
    ).order_by("pk")
    for fault in matching:
        if _consume(fault):
            return PlayedFault(FaultKind(fault.kind), fault.seconds, fault.subcode, fault.text)
    return None


def _any() -> bool:
    """Most of the time nothing is scripted: one statement tells, at every call."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM national_scriptedfault LIMIT 1")
        return cursor.fetchone() is not None


def _consume(fault: ScriptedFault) -> bool:
    """Two workers may have read the same last use: the one whose update counts wins."""
    if fault.remaining is None:
        return True
    return bool(ScriptedFault.objects.filter(pk=fault.pk, remaining__gt=0).update(remaining=F("remaining") - 1))
