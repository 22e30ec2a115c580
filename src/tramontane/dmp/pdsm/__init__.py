"""FHIR R4: the metadata of the DMP as PDSm/MHD resources, one way (XDS → FHIR). Dicts out, ready for JSON."""

from tramontane.dmp.pdsm.bundle import Issue, capability_statement, operation_outcome, searchset
from tramontane.dmp.pdsm.document_reference import document_reference, identifier_of, status_of
from tramontane.dmp.pdsm.patient import patient
from tramontane.dmp.pdsm.search import SearchCriteria, UnsupportedSearch, matches, read_token

__all__ = [
    "Issue",
    "SearchCriteria",
    "UnsupportedSearch",
    "capability_statement",
    "document_reference",
    "identifier_of",
    "matches",
    "operation_outcome",
    "patient",
    "read_token",
    "searchset",
    "status_of",
]
