"""From the synthetic hospital to the facts of an access decision: what a record system would gather."""

from __future__ import annotations

from datetime import datetime

from tramontane.client import Professional
from tramontane.demo.structures import SITES
from tramontane.demo.values import IdentityStatus, Patient, Staff
from tramontane.demo.workspace import SMARTCARD
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.rules.access import (
    AccessFacts,
    AuthenticationProof,
    CertificateState,
    DmpState,
    Factor,
    InsStatus,
    LocalRights,
    NoticeState,
    PatientChoice,
    Relationship,
)
from tramontane.rules.habilitation import LocalRule, LocalRules

# The demo hospital lets every health profession consult, in every service; nobody else.
LOCAL_RULES = LocalRules(
    tuple(LocalRule(concept.code, "", LocalRights(consult=True)) for concept in value_set(ValueSetName.PROFESSION))
)
_IDENTITY = {
    IdentityStatus.PROVISOIRE: InsStatus.PROVISOIRE,
    IdentityStatus.VALIDEE: InsStatus.VALIDEE,
    IdentityStatus.RECUPEREE: InsStatus.RECUPEREE,
    IdentityStatus.QUALIFIEE: InsStatus.QUALIFIEE,
}
_CHOICES = {None: PatientChoice.NOT_COLLECTED, True: PatientChoice.NOT_OPPOSED, False: PatientChoice.OPPOSED}


def professional(one: Staff, logged_in: datetime) -> Professional:
    """Someone with a RPPS, as the client wants them."""
    assert one.rpps is not None
    return Professional(
        rpps=one.rpps,
        name=f"{one.family_name.upper()} {one.given_name}",
        roles=one.roles,
        finess_geographique=one.site,
        sector=SITES[one.site].sector,
        authn_instant=logged_in,
        authn_context_class=SMARTCARD,
    )


def gather(
    one: Staff, patient: Patient, logged_in: datetime, *, status: DmpStatus | None = None, gesture: bool = False
) -> AccessFacts:
    """The facts about this professional and this patient.

    Args:
        logged_in: when the session was opened, aware.
        status: the answer to TD0.2, once asked.
        gesture: the call answers a gesture of the professional.
    """
    return AccessFacts(
        proof=_proof(one, logged_in),
        rpps=one.rpps,
        notice=NoticeState.READ if one.notice_read else NoticeState.NOT_READ,
        rights=LOCAL_RULES.rights(one.profession, one.service),
        certificates=CertificateState.VALID,
        ins=patient.ins,
        ins_status=_IDENTITY[patient.local.identity],
        choice=_CHOICES[patient.local.consent],
        relationship=_relationship(one, patient),
        dmp=DmpState.of(status),
        authorisation=status.authorisation if status else None,
        explicit_request=gesture,
    )


def _proof(one: Staff, logged_in: datetime) -> AuthenticationProof:
    factors = {Factor.CONNAISSANCE, Factor.POSSESSION} if one.second_factor else {Factor.CONNAISSANCE}
    return AuthenticationProof(
        one.second_factor or "mot de passe", frozenset(factors), "annuaire de l'établissement", logged_in
    )


def _relationship(one: Staff, patient: Patient) -> Relationship:
    if one.service == patient.local.service:
        return Relationship.CARE_TEAM
    # The demo's geriatrician comes on call: the patient consented to that consultation.
    consented = patient.local.consent is True and one.key == "caron"
    return Relationship.EXPLICIT_CONSENT if consented else Relationship.OUTSIDE
