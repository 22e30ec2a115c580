"""Emergency accesses: breaking the glass (CSP L. 1111-17 I) and medical regulation (centre 15); their end, their control."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction

from tramontane.dmp.vihf import AccessMode
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.selectors import secret_opening
from tramontane.hospital.consultations.services.judging import gathered, trace_refusal
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Emergency, Granted, Purpose, Reason, Refused, decide

BRIS_DE_GLACE, CENTRE_15 = AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15
OPENED = {BRIS_DE_GLACE: "bris_de_glace.ouvert", CENTRE_15: "regulation.ouverte"}
ENDED = {BRIS_DE_GLACE: "bris_de_glace.termine", CENTRE_15: "regulation.terminee"}


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the professional declares, and is traced."""

    motive: str
    unable_to_express_will: bool
    immediate_risk: bool


def bris_de_glace_open(access: Access, declared: Declarations) -> Opening | tuple[Reason, ...]:
    """Open an emergency access, or say why the rules refuse it. The DMP is asked by the opening that follows.

    Traces: `bris_de_glace.ouvert` or `acces.refuse`.
    """
    emergency = Emergency(declared.motive.strip(), declared.unable_to_express_will, declared.immediate_risk)
    return _open(access, BRIS_DE_GLACE, emergency)


def regulation_open(access: Access, motive: str) -> Opening | tuple[Reason, ...]:
    """Open a regulation access (centre 15), or say why the rules refuse it.

    Traces: `regulation.ouverte` or `acces.refuse`.

    Raises:
        ValueError: no motive.
    """
    if not motive.strip():
        raise ValueError("un accès de régulation porte son motif")
    return _open(access, CENTRE_15, Emergency(motive.strip()))


def _open(access: Access, mode: AccessMode, emergency: Emergency) -> Opening | tuple[Reason, ...]:
    found = replace(gathered(access, clock.now()), mode=mode, emergency=emergency)
    decision = decide(found, Purpose.STATUS)
    if isinstance(decision, Refused):
        trace_refusal(access, decision)
        return decision.reasons
    return _write(access, mode, emergency, decision)


def _write(access: Access, mode: AccessMode, emergency: Emergency, granted: Granted) -> Opening:
    assert access.site is not None, "the rules grant nothing without a site"
    with transaction.atomic():
        opening = Opening.objects.create(
            account=access.account,
            patient=access.patient,
            episode=access.episode,
            geographic_entity=access.site,
            access_mode=mode.value,
            motive=emergency.motive,
            unable_to_express_will=emergency.unable_to_express_will,
            immediate_risk=emergency.immediate_risk,
            opened_at=clock.now(),
        )
        relaxed = [reason.code for reason in granted.relaxed]
        record(access.in_emergency(opening).event(OPENED[mode], detail={"relaxed": relaxed}))
    return opening


def emergency_end(opening: Opening, proof: SessionProof | None) -> bool:
    """End an emergency access. False when it was over. Allowed to its author whatever has changed since.

    Traces: `bris_de_glace.termine` or `regulation.terminee`.
    """
    access = Access(
        opening.account, proof, opening.patient, opening.episode, None, opening.geographic_entity, emergency=opening,
        secret=secret_opening(opening.account, opening.patient_id) is not None,
    )  # fmt: skip
    with transaction.atomic():
        ended = Opening.objects.filter(pk=opening.pk, ended_at=None).update(ended_at=clock.now())
        if ended:
            record(access.event(ENDED[access.mode]))
    return bool(ended)


def emergency_review(opening: Opening, reviewer: Account, comment: str, *, actor: Actor) -> bool:
    """The security officer looked at an emergency access, and says so, once. False: a control was there, and it stays.

    Raises:
        ValueError: no comment, or one's own access.
    """
    if not comment.strip():
        raise ValueError("un contrôle porte son commentaire")
    if opening.account_id == reviewer.pk:
        raise ValueError("nul ne contrôle son propre accès")
    with transaction.atomic():
        done = Opening.objects.filter(pk=opening.pk, reviewed_at=None).update(
            reviewed_at=clock.now(), reviewed_by=reviewer, review_comment=comment.strip()[:500]
        )
        if done:
            event = Event(
                "bris_de_glace.controle",
                actor,
                patient_id=opening.patient_id,
                access_mode=opening.access_mode,
                ins=opening.patient.ins,
                motive=comment.strip()[:500],
                detail={"opening": opening.pk},
            )
            record(event)
    return bool(done)
