"""Adding one's own authorisation (TD0.3): an explicit act, after the patient's consent (EX_0.3-1010)."""

from __future__ import annotations

from tramontane.dmp.errors import TramontaneError
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.services.judging import trace_refusal
from tramontane.hospital.consultations.services.opening import displayed, refresh
from tramontane.hospital.consultations.view import RecordView, Situation, Told
from tramontane.hospital.consultations.words import failure_of

ALREADY = "autorisation-deja-valide"


def authorise(access: Access) -> RecordView | None:
    """Add the authorisation, then open the record. Never called by itself: a professional asked for it.

    None: it was there already, so nothing is asked nor refused. Otherwise traces `acces.refuse`, or the call.
    """
    try:
        gateway.authorise(access)
    except gateway.AccessRefusedError as refusal:
        if [reason.code for reason in refusal.refused.reasons] == [ALREADY]:
            return None
        trace_refusal(access, refusal.refused)
        return displayed(access)
    except TramontaneError as error:
        at = clock.now()
        told = Told(as_of=at, exists=True, open=True, failure=failure_of(error, at))
        return RecordView(
            situation=Situation.FAILED, sentence=("Votre autorisation n’a pas pu être ajoutée",), told=told
        )
    return refresh(access)
