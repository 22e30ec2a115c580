"""One schema for the machine face and for the pages: establishments, contracts, patients, documents, traces, faults."""

from tramontane.national.models.acts import Act, ActKind
from tramontane.national.models.conformance import ConformanceSession
from tramontane.national.models.contracts import (
    Card,
    Contract,
    ContractEntity,
    ContractKind,
    RenewalTrigger,
    Representative,
)
from tramontane.national.models.directory import (
    GeographicEntity,
    LegalEntity,
    Professional,
    WhiteListEntry,
    WhiteListStatus,
)
from tramontane.national.models.documents import AssociationRecord, RegistryDocument, SubmissionSetRecord
from tramontane.national.models.faults import FaultKind, ScriptedFault
from tramontane.national.models.health_space import AccessNotification, Guardianship
from tramontane.national.models.imports import DirectoryImport, DirectoryKind
from tramontane.national.models.monitoring import (
    Alert,
    AlertOutcome,
    AlertState,
    PlayedDay,
    SubjectKind,
    WatchedPatient,
)
from tramontane.national.models.patients import AuthorisationState, DmpState, PatientAuthorisation, PatientRecord
from tramontane.national.models.traces import AccessResult, AccessTrace, AssertionSeen, FailedCheck

__all__ = [
    "AccessNotification",
    "AccessResult",
    "AccessTrace",
    "Act",
    "ActKind",
    "Alert",
    "AlertOutcome",
    "AlertState",
    "AssertionSeen",
    "AssociationRecord",
    "AuthorisationState",
    "Card",
    "ConformanceSession",
    "Contract",
    "ContractEntity",
    "ContractKind",
    "DirectoryImport",
    "DirectoryKind",
    "DmpState",
    "FailedCheck",
    "FaultKind",
    "GeographicEntity",
    "Guardianship",
    "LegalEntity",
    "PatientAuthorisation",
    "PatientRecord",
    "PlayedDay",
    "Professional",
    "RegistryDocument",
    "RenewalTrigger",
    "Representative",
    "ScriptedFault",
    "SubjectKind",
    "SubmissionSetRecord",
    "WatchedPatient",
    "WhiteListEntry",
    "WhiteListStatus",
]
