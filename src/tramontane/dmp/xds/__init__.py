"""XDS metadata, stored queries and answers (IHE ITI TF-3 §4.2, ITI-18), under their IHE names."""

from tramontane.dmp.nomenclatures import Coded as Code
from tramontane.dmp.verdicts import Verdict
from tramontane.dmp.xds.hl7 import AuthorInstitution, AuthorPerson, Identifier
from tramontane.dmp.xds.integrity import check_content
from tramontane.dmp.xds.model import (
    INVISIBLE_PATIENT,
    INVISIBLE_REPRESENTANTS_LEGAUX,
    MASQUE_PS,
    Association,
    Author,
    Classification,
    DocumentEntry,
    ExternalIdentifier,
    Kept,
    ObjectRef,
    RegistryObject,
    Slot,
    SubmissionSet,
)
from tramontane.dmp.xds.names import AssociationType, AvailabilityStatus, ResponseStatus, Severity
from tramontane.dmp.xds.query import (
    DocumentCriteria,
    Parameter,
    Period,
    QueryId,
    ReturnType,
    StoredQuery,
    find_documents,
    find_documents_by_reference_id,
    find_submission_sets,
    get_associations,
    get_documents,
    get_documents_and_associations,
)
from tramontane.dmp.xds.responses import (
    SUCCESS,
    QueryResponse,
    RegistryError,
    RegistryResponse,
    raise_for_failure,
)
from tramontane.dmp.xds.stream import QueryResponseReader, iter_entries
from tramontane.dmp.xds.times import format_time, parse_time

__all__ = [
    "INVISIBLE_PATIENT",
    "INVISIBLE_REPRESENTANTS_LEGAUX",
    "MASQUE_PS",
    "SUCCESS",
    "Association",
    "AssociationType",
    "Author",
    "AuthorInstitution",
    "AuthorPerson",
    "AvailabilityStatus",
    "Classification",
    "Code",
    "DocumentCriteria",
    "DocumentEntry",
    "ExternalIdentifier",
    "Identifier",
    "Kept",
    "ObjectRef",
    "Parameter",
    "Period",
    "QueryId",
    "QueryResponse",
    "QueryResponseReader",
    "RegistryError",
    "RegistryObject",
    "RegistryResponse",
    "ResponseStatus",
    "ReturnType",
    "Severity",
    "Slot",
    "StoredQuery",
    "SubmissionSet",
    "Verdict",
    "check_content",
    "find_documents",
    "find_documents_by_reference_id",
    "find_submission_sets",
    "format_time",
    "get_associations",
    "get_documents",
    "get_documents_and_associations",
    "iter_entries",
    "parse_time",
    "raise_for_failure",
]
