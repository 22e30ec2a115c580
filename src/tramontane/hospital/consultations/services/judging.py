"""From facts to what is shown: the same rule draws the button, the refusal card, the API answer and the trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from tramontane.dmp.vihf import AccessMode
from tramontane.hospital import clock
from tramontane.hospital.consultations import facts, selectors, words
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.view import RecordView, Situation, Told
from tramontane.hospital.traces.services import record
from tramontane.rules.access import (
    AccessFacts,
    Decision,
    Emergency,
    Granted,
    Purpose,
    Reason,
    Refused,
    SecretConnection,
    decide,
)

# Reasons that only say what the DMP itself answered: a state of the record, not a fault of the professional.
STATES = {
    "dmp-non-interroge": Situation.TO_ASK,
    "dmp-inexistant": Situation.NO_DMP,
    "dmp-ferme": Situation.CLOSED,
}
AUTHORISABLE = frozenset({"autorisation-inexistante", "autorisation-expiree"})
# What is declared in the emergency form itself: an access refused for nothing else may be asked for in emergency.
_DECLARED = Emergency(motive="déclaré", unable_to_express_will=True, immediate_risk=True)


def gathered(access: Access, at: datetime, *, explicit: bool = False) -> AccessFacts:
    """The facts, now."""
    return facts.gather(access, at=at, explicit=explicit)


def view(access: Access, found: AccessFacts, told: Told | None, *, kept: bool = False) -> RecordView:
    """What to show, from fresh facts and what the DMP last told. What may not be read any more is not shown."""
    decision = decide(found, _purpose(told))
    situation = _situation(decision, told)
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    shown = told if situation not in (Situation.REFUSED, Situation.TO_ASK) or _only_states(reasons) else None
    return RecordView(
        situation=situation,
        sentence=words.sentence(situation, shown, reasons, mode=access.mode),
        reasons=reasons if situation in (Situation.REFUSED, Situation.TO_AUTHORISE) else (),
        warnings=decision.warnings if isinstance(decision, Granted) else (),
        told=shown,
        may_open_bris_de_glace=_may_open_bris_de_glace(access, found, situation, _purpose(told)),
        may_regulate=_may_regulate(access, found),
        web_ps=_web_ps(access, shown),
        emergency_id=access.emergency.pk if access.emergency else None,
        emergency_motive=access.emergency.motive if access.emergency else "",
        kept=kept,
        secret=access.secret,
        may_be_secret=_may_be_secret(access),
        awaits_choice=awaits_choice(access),
    )


def _purpose(told: Told | None) -> Purpose:
    """Before the DMP told anything (or once it is too old), whether it may be asked; after, whether it may be read."""
    return Purpose.STATUS if told is None or (told.failure is not None and not told.read) else Purpose.LIST


def _situation(decision: Decision, told: Told | None) -> Situation:
    if isinstance(decision, Refused):
        codes = {reason.code for reason in decision.reasons}
        if codes <= AUTHORISABLE:
            return Situation.TO_AUTHORISE
        return next((STATES[code] for code in codes if codes <= set(STATES)), Situation.REFUSED)
    if told is None:
        return Situation.TO_ASK
    if told.failure is not None:
        return Situation.FAILED
    return Situation.READABLE if told.read else Situation.TO_ASK


def _only_states(reasons: tuple[Reason, ...]) -> bool:
    return bool(reasons) and all(reason.code in STATES for reason in reasons)


def _may_open_bris_de_glace(access: Access, found: AccessFacts, situation: Situation, purpose: Purpose) -> bool:
    if access.emergency is not None or situation not in (Situation.REFUSED, Situation.TO_AUTHORISE):
        return False
    emergency = replace(found, mode=AccessMode.BRIS_DE_GLACE, emergency=_DECLARED)
    return isinstance(decide(emergency, purpose), Granted)


def _may_regulate(access: Access, found: AccessFacts) -> bool:
    """A regulator chooses this mode herself, whether or not an ordinary access would do."""
    if access.emergency is not None or not found.rights.regulate:
        return False
    regulation = replace(found, mode=AccessMode.CENTRE_15, emergency=_DECLARED)
    return isinstance(decide(regulation, Purpose.STATUS), Granted)


def _may_be_secret(access: Access) -> bool:
    """Offered for a minor of the age, and where no age is set: the page then says who sets it."""
    asked = facts.secrecy(access, requested=not access.secret, at=clock.now())
    return asked in (SecretConnection.ELIGIBLE, SecretConnection.NO_MINIMUM_AGE)


def awaits_choice(access: Access) -> bool:
    """Whether no call may leave by itself: an ordinary one would already tell the legal representatives, and this minor may
    ask that they not be told. Over once the professional has opened this episode ordinarily."""
    asked = facts.secrecy(access, requested=not access.secret, at=clock.now())
    if asked is not SecretConnection.ELIGIBLE or access.emergency is not None:
        return False
    return not selectors.opened_ordinarily(access.account, access.patient, access.episode)


def _web_ps(access: Access, shown: Told | None) -> bool:
    """The link is offered for an open DMP, where the establishment configured its address; never in a secret connection:
    the Web-PS opens an ordinary one."""
    offered = shown is not None and shown.open and not access.secret
    connection = selectors.connection_of(access.account.legal_entity_id) if offered else None
    return bool(connection and connection.web_ps_url)


def trace_refusal(access: Access, refused: Refused) -> None:
    """A refusal by the establishment, with its reasons."""
    with transaction.atomic(durable=True):
        record(
            access.event(
                "acces.refuse",
                transaction=refused.purpose.value,
                outcome="refusé",
                detail={"reasons": [reason.code for reason in refused.reasons]},
            )
        )
