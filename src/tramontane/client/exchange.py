"""What the observer of the client is told, before and after each request: the hospital's traces hang there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tramontane.client.errors import Phase
from tramontane.client.parties import Professional
from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.identity import Ins
from tramontane.dmp.vihf import AccessMode


class Outcome(StrEnum):
    """What became of one request."""

    ASKED = "demandé"  # about to be sent
    ANSWERED = "répondu"
    REFUSED = "refusé"  # well-formed refusal by the DMP
    UNREADABLE = "illisible"  # the DMP answered, not what the transaction says
    FAILED = "échoué"  # no usable answer: see the phase of `error`
    ABANDONED = "abandonné"  # cancelled, or an error of our own


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, as known when the observer is called: first ASKED, then once with its outcome.

    Attributes:
        assertion_id: ID of the VIHF signed for this request alone.
        message_id: WS-Addressing MessageID, ``urn:uuid:…``.
        attempt: from 1; each retry is another exchange.
        asked_at, answered_at: aware, UTC; None while unknown.
        phases: seconds spent in each phase met.
        clock_skew: the peer's clock minus ours, told by its `Date` header; half a second of uncertainty.
        error: why it was not ANSWERED; holds no secret nor patient trait.
    """

    transaction: str
    professional: Professional
    patient: Ins | None
    access_mode: AccessMode
    assertion_id: str
    message_id: str
    attempt: int
    asked_at: datetime
    outcome: Outcome = Outcome.ASKED
    answered_at: datetime | None = None
    status: int | None = None
    phases: tuple[tuple[Phase, float], ...] = ()
    clock_skew: timedelta | None = None
    error: TramontaneError | None = None


# Called in the thread (sync face) or task (async face) of the caller, never kept waiting by another call. Raising on
# ASKED stops the request before it is sent: no consultation without its trace.
Observer = Callable[[Exchange], None]


def ignore(_exchange: Exchange) -> None:
    """The observer that observes nothing."""
