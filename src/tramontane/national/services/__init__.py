"""The operations that the stand-in answers, by service (last segment of the URL) and body element."""

from __future__ import annotations

from collections.abc import Mapping

from tramontane.national.services.context import AnyHandler, Context, Handler, Reply
from tramontane.national.services.habilitations import LIST_AUTHORIZATIONS, SET_AUTHORIZATION
from tramontane.national.services.patients import DEMOGRAPHICS
from tramontane.national.services.patients_specific import PATIENT_LIST
from tramontane.national.services.retrieval import RETRIEVE
from tramontane.national.services.stored_queries import STORED_QUERY
from tramontane.national.services.submissions import PROVIDE_AND_REGISTER
from tramontane.national.services.updates import UPDATE

# Services and actions of the DMP's WSDLs (endpoints_actions.json).
HANDLERS: Mapping[tuple[str, str], AnyHandler] = {
    ("patients", "{urn:hl7-org:v3}PRPA_IN201307UV02"): DEMOGRAPHICS,
    ("habilitations", "{urn:si-dmp-habilitations}setAuthorization"): SET_AUTHORIZATION,
    ("habilitations", "{urn:si-dmp-habilitations}listAuthorizationByPatient"): LIST_AUTHORIZATIONS,
    ("patientsSpecific", "{urn:si-dmp-patients}patientList"): PATIENT_LIST,
    ("registry", "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest"): STORED_QUERY,
    ("registry", "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest"): UPDATE,
    ("repository", "{urn:ihe:iti:xds-b:2007}ProvideAndRegisterDocumentSetRequest"): PROVIDE_AND_REGISTER,
    ("repository", "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest"): RETRIEVE,
}
SERVICES = frozenset(service for service, _ in HANDLERS)

__all__ = ["HANDLERS", "SERVICES", "AnyHandler", "Context", "Handler", "Reply"]
