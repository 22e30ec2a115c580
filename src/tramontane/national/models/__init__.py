"""One schema for the machine face and for the pages: establishments, patients, documents, traces, scripted faults."""

from tramontane.national.models.directory import (
    GeographicEntity,
    LegalEntity,
    Professional,
    WhiteListEntry,
    WhiteListStatus,
)
from tramontane.national.models.documents import AssociationRecord, RegistryDocument, SubmissionSetRecord
from tramontane.national.models.faults import FaultKind, ScriptedFault
from tramontane.national.models.patients import AuthorisationState, DmpState, PatientAuthorisation, PatientRecord
from tramontane.national.models.traces import AccessResult, AccessTrace, AssertionSeen

__all__ = [
    "AccessResult",
    "AccessTrace",
    "AssertionSeen",
    "AssociationRecord",
    "AuthorisationState",
    "DmpState",
    "FaultKind",
    "GeographicEntity",
    "LegalEntity",
    "PatientAuthorisation",
    "PatientRecord",
    "Professional",
    "RegistryDocument",
    "ScriptedFault",
    "SubmissionSetRecord",
    "WhiteListEntry",
    "WhiteListStatus",
]
