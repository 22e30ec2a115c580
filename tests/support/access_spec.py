"""Words shared by the specifications of access: codes of refusal, for one change in facts that would be granted."""

from __future__ import annotations

from typing import Any

from support.access_facts import facts
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.rules.access import Purpose, Refused, decide

READING = (Purpose.LIST, Purpose.RETRIEVE)


def refusals(purpose: Purpose, **changes: Any) -> dict[str, str]:
    """Code → reference of each reason to refuse; empty when granted.

    Facts are those of a granted access: an authorisation is only added (TD0.3) where there is none.
    """
    if purpose is Purpose.AUTHORISE:
        changes = {"authorisation": Authorisation.NON_EXISTE} | changes
    decision = decide(facts(**changes), purpose)
    return {r.code: r.reference for r in decision.reasons} if isinstance(decision, Refused) else {}


def codes(purpose: Purpose, **changes: Any) -> set[str]:
    """Codes of the reasons to refuse; empty when granted."""
    return set(refusals(purpose, **changes))
