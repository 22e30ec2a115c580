"""A minor's « connexion secrète » (EX_0.1-1100, EX_0.1-1115): chosen by the professional, said by every call, left by her.

No automatism ever chooses it; and since an ordinary call would already be shown to the legal representatives, none leaves
by itself for a minor who may ask for it, until the professional has chosen.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.consultations import facts, selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Answer, Opening
from tramontane.hospital.consultations.services.judging import gathered, trace_refusal
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.hospital.patients.services import Declaration, declare
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Purpose, Reason, Refused, Relationship, decide


def secret_open(access: Access) -> Opening | tuple[Reason, ...]:
    """Open a secret connection, on the consent that the minor gave to this professional; or say why the rules refuse it.

    Traces: `consentement.enregistre` and `connexion_secrete.ouverte`, or `acces.refuse`.
    """
    at = clock.now()
    asked = facts.secrecy(access, requested=True, at=at)
    found = replace(gathered(access, at), secret_connection=asked, relationship=Relationship.EXPLICIT_CONSENT)
    decision = decide(found, Purpose.STATUS)
    if isinstance(decision, Refused):
        trace_refusal(access, decision)
        return decision.reasons
    return _write(access)


def _write(access: Access) -> Opening:
    assert access.site is not None, "the rules grant nothing without a site"
    consent = Declaration(
        ConsentRecord.Subject.CONSULTATION,
        ConsentRecord.Choice.CONSENT,
        episode=access.episode,
        for_account=access.account,
        secret=True,
    )
    with transaction.atomic():
        declare(
            access.patient, consent, actor=access.actor
        )  # under the patient's lock: one opening, however many clicks
        there = selectors.secret_opening(access.account, access.patient.pk)
        if there is not None:
            return there
        opening = Opening.objects.create(
            account=access.account,
            patient=access.patient,
            episode=access.episode,
            geographic_entity=access.site,
            secret=True,
            opened_at=clock.now(),
        )
        _forget_answer(opening)
        record(access.in_secret().event("connexion_secrete.ouverte"))
    return opening


def secret_end(opening: Opening, proof: SessionProof | None) -> bool:
    """Leave a secret connection. False when it was left. Allowed to its author whatever has changed since.

    Traces: `connexion_secrete.quittee`.
    """
    access = Access(
        opening.account, proof, opening.patient, opening.episode, None, opening.geographic_entity, secret=True
    )
    with transaction.atomic():
        ended = Opening.objects.filter(pk=opening.pk, ended_at=None).update(ended_at=clock.now())
        if ended:
            _forget_answer(opening)
            record(access.event("connexion_secrete.quittee"))
    return bool(ended)


def _forget_answer(opening: Opening) -> None:
    """What was answered in one connection is not shown as the answer of another."""
    Answer.objects.filter(account=opening.account_id, patient=opening.patient_id).delete()
