"""TD1.6: the professionals the patient authorised or blocked. The patient is the one of the VIHF."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, body_of, post, reply, require_body
from tramontane.dmp.transactions.proprietary import (
    DONE,
    HABILITATIONS,
    ServiceStatus,
    child_elements,
    child_text,
    read_fields,
    read_output,
    require_operation,
    write_fields,
    write_output,
)
from tramontane.dmp.xml import Maker, text_of

NAME = "listAuthorizationByPatient"
ACTION_PREFIX = "urn:si-dmp-habilitations:HabilitationsEndPoint:"
OPERATION = Operation(
    transaction="TD1.6",
    service="habilitations",
    action=ACTION_PREFIX + NAME,
    response_action=f"{ACTION_PREFIX}{NAME}Response",
    idempotent=True,
)


class Mode(StrEnum):
    """Which authorisations are asked for."""

    ACTIVE = "ACTIVE"
    INTERDITE = "INTERDITE"
    TOUTE = "TOUTE"


@dataclass(frozen=True, slots=True)
class ListAuthorizations:
    """The request, as the national side reads it, verbatim."""

    mode: str


@dataclass(frozen=True, slots=True)
class ListedAuthorization:
    """One professional. Dates are the wire's strings.

    Attributes:
        national_id: PS_IdNat; `national_id_type` is 1.2.250.1.71.4.2.1.
        specialities: (code, label) pairs, e.g. ``("G15_10/SM26", "Médecin - …")``.
        mode: state of the authorisation, verbatim.
        specific_rights: verbatim.
    """

    national_id: str
    national_id_type: str = "1.2.250.1.71.4.2.1"
    first_name: str = ""
    last_name: str = ""
    specialities: tuple[tuple[str, str], ...] = ()
    start_of_authorization: str = ""
    last_action_date: str = ""
    mode: str = ""
    specific_rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationList:
    """The answer: authorisations in the DMP's order, and the ending of every proprietary answer."""

    authorizations: tuple[ListedAuthorization, ...]
    status: ServiceStatus = DONE


# In the order of the WSDL, which puts the specialities between these two groups.
IDENTITY = {
    "nationalId": "national_id",
    "nationalIdType": "national_id_type",
    "firstName": "first_name",
    "lastName": "last_name",
}
STATE = {
    "startOfAuthorization": "start_of_authorization",
    "lastActionDate": "last_action_date",
    "mode": "mode",
}


def request(call: Call, mode: Mode = Mode.ACTIVE) -> HttpRequest:
    """Ask for the list."""
    make = Maker(HABILITATIONS)
    return post(OPERATION, call, etree.tostring(make(NAME, make.mode(mode)), encoding="utf-8"))


def read(response: HttpResponse) -> AuthorizationList:
    """The list.

    Raises:
        SoapFault: refused before being read.
        ServiceStatusError: a status other than DMPOk.
        MalformedMessage: not the expected answer.
    """
    output, status = read_output(body_of(response), HABILITATIONS, NAME)
    records = child_elements(output, "listOfAuthorizationByPatient")
    return AuthorizationList(tuple(_read_authorization(record) for record in records), status)


def _read_authorization(element: etree._Element) -> ListedAuthorization:
    codes = [text_of(one) for one in child_elements(element, "codeSpeciality")]
    labels = [text_of(one) for one in child_elements(element, "libSpeciality")]
    labels += [""] * (len(codes) - len(labels))
    return ListedAuthorization(
        **read_fields(element, IDENTITY | STATE),
        specialities=tuple(zip(codes, labels, strict=False)),
        specific_rights=tuple(text_of(one) for one in child_elements(element, "specificRight")),
    )


def parse(envelope: soap.Envelope) -> ListAuthorizations:
    """Read the request on the national side.

    Raises:
        MalformedMessage: another operation.
    """
    return ListAuthorizations(child_text(require_operation(require_body(envelope), HABILITATIONS, NAME), "mode"))


def respond(value: AuthorizationList, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its envelope."""
    make = Maker(HABILITATIONS)
    records = [_write_authorization(make, one) for one in value.authorizations]
    body = write_output(HABILITATIONS, NAME, records, value.status)
    return reply(OPERATION, body, message_id=message_id, relates_to=relates_to)


def _write_authorization(make: Maker, one: ListedAuthorization) -> etree._Element:
    values = [
        *((name, getattr(one, attribute)) for name, attribute in IDENTITY.items()),
        *(("codeSpeciality", code) for code, _ in one.specialities),
        *(("libSpeciality", label) for _, label in one.specialities),
        *((name, getattr(one, attribute)) for name, attribute in STATE.items()),
        *(("specificRight", right) for right in one.specific_rights),
    ]
    return make.listOfAuthorizationByPatient(*write_fields(make, values))
