"""TD0.4: the patients whose DMP the professional may read, since a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, body_of, post, reply, require_body
from tramontane.dmp.transactions.proprietary import (
    DONE,
    PATIENTS,
    ServiceStatus,
    child_elements,
    child_text,
    read_fields,
    read_output,
    require_operation,
    write_fields,
    write_output,
)
from tramontane.dmp.xml import Maker

NAME = "patientList"
ACTION_PREFIX = "urn:si-dmp-patients:PatientSpecificEndPoint:"
OPERATION = Operation(
    transaction="TD0.4",
    service="patientsSpecific",
    action=ACTION_PREFIX + NAME,
    response_action=f"{ACTION_PREFIX}{NAME}Response",
    idempotent=True,
)


class DateType(StrEnum):
    """Which date `since` compares with. `LASTAUTORIZATION` is spelled as the WSDL spells it."""

    LASTAUTORIZATION = "LASTAUTORIZATION"
    LASTDOC = "LASTDOC"


@dataclass(frozen=True, slots=True)
class PatientListQuery:
    """The request, as the national side reads it, verbatim."""

    start_date: str
    date_type: str
    ps_owner_id: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ListedPatient:
    """One patient of the list. Dates are the wire's strings; `repr` shows nothing of the person.

    Attributes:
        identifiers: (nationalId, nationalIdType) pairs: the INS and the OID of its authority.
        medecin_traitant: the wire's `MT`, verbatim.
    """

    identifiers: tuple[tuple[str, str], ...]
    last_name: str = ""
    patronymical_name: str = ""
    first_name: str = ""
    civility: str = ""
    date_of_birth: str = ""
    medecin_traitant: str = ""
    message: str = ""
    last_access_date: str = ""
    last_update_date: str = ""
    last_add_date: str = ""

    def __repr__(self) -> str:
        return "ListedPatient(***)"


@dataclass(frozen=True, slots=True)
class PatientList:
    """The answer: patients in the DMP's order, and the ending of every proprietary answer."""

    patients: tuple[ListedPatient, ...]
    status: ServiceStatus = DONE


FIELDS = {
    "lastName": "last_name",
    "patronymicalName": "patronymical_name",
    "firstName": "first_name",
    "civility": "civility",
    "dateOfBirth": "date_of_birth",
    "MT": "medecin_traitant",
    "message": "message",
    "lastAccessDate": "last_access_date",
    "lastUpdateDate": "last_update_date",
    "lastAddDate": "last_add_date",
}


def request(call: Call, *, since: datetime, date_type: DateType, ps_owner_id: str = "") -> HttpRequest:
    """Ask for the list. `since` is written as the wall clock of its own zone, ``yyyyMMddHHmmss``."""
    make = Maker(PATIENTS)
    values = [("startDate", f"{since:%Y%m%d%H%M%S}"), ("dateType", date_type), ("psOwnerId", ps_owner_id)]
    return post(OPERATION, call, etree.tostring(make(NAME, *write_fields(make, values)), encoding="utf-8"))


def read(response: HttpResponse) -> PatientList:
    """The list.

    Raises:
        SoapFault: refused before being read.
        ServiceStatusError: a status other than DMPOk.
        MalformedMessage: not the expected answer.
    """
    output, status = read_output(body_of(response), PATIENTS, NAME)
    return PatientList(tuple(_read_patient(one) for one in child_elements(output, "patientlistData")), status)


def _read_patient(element: etree._Element) -> ListedPatient:
    identifiers = child_elements(element, "patientIdentifier")
    return ListedPatient(
        identifiers=tuple((child_text(one, "nationalId"), child_text(one, "nationalIdType")) for one in identifiers),
        **read_fields(element, FIELDS),
    )


def parse(envelope: soap.Envelope) -> PatientListQuery:
    """Read the request on the national side.

    Raises:
        MalformedMessage: another operation.
    """
    body = require_operation(require_body(envelope), PATIENTS, NAME)
    return PatientListQuery(child_text(body, "startDate"), child_text(body, "dateType"), child_text(body, "psOwnerId"))


def respond(value: PatientList, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its envelope."""
    make = Maker(PATIENTS)
    records = [_write_patient(make, patient) for patient in value.patients]
    body = write_output(PATIENTS, NAME, records, value.status)
    return reply(OPERATION, body, message_id=message_id, relates_to=relates_to)


def _write_patient(make: Maker, patient: ListedPatient) -> etree._Element:
    identifiers = [
        make.patientIdentifier(*write_fields(make, [("nationalId", value), ("nationalIdType", system)]))
        for value, system in patient.identifiers
    ]
    values = [(name, getattr(patient, attribute)) for name, attribute in FIELDS.items()]
    return make.patientlistData(*identifiers, *write_fields(make, values))
