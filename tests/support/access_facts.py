"""Facts for the access rules: everything holds, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tramontane.dmp.identity import Ins, InsAuthority, Rpps
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import (
    AccessFacts,
    AirContractState,
    AuthenticationProof,
    CertificateState,
    DmpState,
    Emergency,
    EmergencyOpposition,
    Factor,
    InsStatus,
    LocalRights,
    NoticeState,
    PatientChoice,
    Relationship,
    SecretConnection,
)

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
INS = Ins("279035121518989", InsAuthority.NIR_TEST)
RPPS = Rpps("99990000012")


def proof(*factors: Factor) -> AuthenticationProof:
    return AuthenticationProof("carte CPS", frozenset(factors), "DPI", AT)


TWO_FACTORS = proof(Factor.POSSESSION, Factor.CONNAISSANCE)
EVERY_RIGHT = LocalRights(consult=True, bris_de_glace=True, regulate=True)
TRUE_EMERGENCY = Emergency("Patient inconscient", True, True, EmergencyOpposition.NONE)

READY = AccessFacts(
    proof=TWO_FACTORS,
    rpps=RPPS,
    notice=NoticeState.READ,
    rights=EVERY_RIGHT,
    certificates=CertificateState.VALID,
    air_contract=AirContractState.ACTIVE,
    ins=INS,
    ins_status=InsStatus.QUALIFIEE,
    choice=PatientChoice.NOT_OPPOSED,
    relationship=Relationship.CARE_TEAM,
    secret_connection=SecretConnection.NOT_REQUESTED,
    mode=AccessMode.NORMAL,
    emergency=TRUE_EMERGENCY,
    dmp=DmpState.OPEN,
    authorisation=Authorisation.VALIDE,
    explicit_request=True,
)


def facts(**changes: Any) -> AccessFacts:
    """The facts of an access that is granted, with these changes."""
    return replace(READY, **changes)
