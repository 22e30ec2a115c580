"""URNs and UUIDs of ebRIM and XDS (IHE ITI TF-3 §4.2; the DMP's own are marked ASIP)."""

from __future__ import annotations

from enum import StrEnum

_EBXML = "urn:oasis:names:tc:ebxml-regrep"
RIM = f"{_EBXML}:xsd:rim:3.0"
RS = f"{_EBXML}:xsd:rs:3.0"
QUERY = f"{_EBXML}:xsd:query:3.0"
LCM = f"{_EBXML}:xsd:lcm:3.0"
XDSB = "urn:ihe:iti:xds-b:2007"

DOCUMENT_ENTRY = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"


class AvailabilityStatus(StrEnum):
    """State of a document or submission set (JDV_J52). Archived and Deleted are French (ASIP)."""

    APPROVED = f"{_EBXML}:StatusType:Approved"
    DEPRECATED = f"{_EBXML}:StatusType:Deprecated"
    ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
    DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"


class AssociationType(StrEnum):
    """What a source object does to its target (ITI TF-3 §4.2.2)."""

    HAS_MEMBER = f"{_EBXML}:AssociationType:HasMember"
    REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"
    TRANSFORMS = "urn:ihe:iti:2007:AssociationType:XFRM"
    APPENDS = "urn:ihe:iti:2007:AssociationType:APND"
    SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
    UPDATE_AVAILABILITY_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"


class ResponseStatus(StrEnum):
    """Outcome of a registry or repository transaction (ITI TF-3 §4.2.4.2)."""

    SUCCESS = f"{_EBXML}:ResponseStatusType:Success"
    FAILURE = f"{_EBXML}:ResponseStatusType:Failure"
    PARTIAL_SUCCESS = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"


class Severity(StrEnum):
    """How bad a RegistryError is."""

    ERROR = f"{_EBXML}:ErrorSeverityType:Error"
    WARNING = f"{_EBXML}:ErrorSeverityType:Warning"
