"""Tell the patient that someone reads her record. What the real service sends, and how often, was not obtained:

here, one message for the first reading of a French day by a professional, from a structure, in a mode.
"""

from __future__ import annotations

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import AccessNotification, AccessResult, AccessTrace, PatientRecord

# Listing and reading; declaring an authorisation or feeding a document reads nothing.
_READINGS = frozenset({"TD3.1", "TD3.2"})


def tell(patient: PatientRecord, trace: AccessTrace) -> None:
    """Store the message of a granted reading, unless that day's was stored already. In the trace's own transaction."""
    # The space of a minor is read by the legal representatives: nobody there is told of a secret connection (our reading).
    if trace.result != AccessResult.GRANTED or trace.transaction not in _READINGS or trace.secret:
        return
    message = AccessNotification(
        patient=patient,
        trace=trace,
        day=trace.instant.astimezone(FRANCE).date(),
        rpps=trace.rpps,
        structure=trace.structure,
        access_mode=trace.access_mode,
    )
    # One statement; the unique constraint keeps the first of the day, whatever the number of workers.
    AccessNotification.objects.bulk_create([message], ignore_conflicts=True)
