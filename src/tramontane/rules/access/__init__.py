"""May this professional make this call for this patient? Facts in, `Granted` or `Refused(reasons)` out."""

from tramontane.rules.access.condition import Condition, Purpose, Solver
from tramontane.rules.access.decision import Decision, Granted, Reason, Refused, decide
from tramontane.rules.access.facts import (
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
    notice_state,
    require_aware,
    secret_connection,
)
from tramontane.rules.access.table import CONDITIONS

__all__ = [
    "CONDITIONS",
    "AccessFacts",
    "AirContractState",
    "AuthenticationProof",
    "CertificateState",
    "Condition",
    "Decision",
    "DmpState",
    "Emergency",
    "EmergencyOpposition",
    "Factor",
    "Granted",
    "InsStatus",
    "LocalRights",
    "NoticeState",
    "PatientChoice",
    "Purpose",
    "Reason",
    "Refused",
    "Relationship",
    "SecretConnection",
    "Solver",
    "decide",
    "notice_state",
    "require_aware",
    "secret_connection",
]
