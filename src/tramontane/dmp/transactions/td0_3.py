"""TD0.3: the professional adds or removes his own authorisation on a DMP, with the patient's consent.

The patient is the one of the VIHF; the body does not name him. EX_0.3-1010: never systematic, always an explicit act.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, body_of, post, reply, require_body
from tramontane.dmp.transactions.proprietary import (
    HABILITATIONS,
    ServiceStatus,
    child_text,
    read_output,
    require_operation,
    write_fields,
    write_output,
)
from tramontane.dmp.xml import Maker

NAME = "setAuthorization"
ACTION_PREFIX = "urn:si-dmp-habilitations:HabilitationsEndPoint:"
OPERATION = Operation(
    transaction="TD0.3",
    service="habilitations",
    action=ACTION_PREFIX + NAME,
    response_action=f"{ACTION_PREFIX}{NAME}Response",
    # An addition sent twice is answered "déjà présente"; what a second removal answers is unknown: nothing is resent.
    idempotent=False,
)


class Action(StrEnum):
    """What is asked of the authorisation."""

    AJOUT = "AJOUT"
    SUPPRESSION = "SUPPRESSION"


class Role(StrEnum):
    """The role declared with an addition."""

    MEDECIN_TRAITANT = "MEDECIN_TRAITANT"


@dataclass(frozen=True, slots=True)
class SetAuthorization:
    """The request, as the national side reads it: both words verbatim."""

    action: str
    role: str = ""


def request(call: Call, action: Action, role: Role | None = None) -> HttpRequest:
    """Add or remove the caller's authorisation."""
    make = Maker(HABILITATIONS)
    body = make(NAME, *write_fields(make, [("action", action), ("role", role or "")]))
    return post(OPERATION, call, etree.tostring(body, encoding="utf-8"))


set_authorization = request


def read(response: HttpResponse) -> ServiceStatus:
    """The answer, a success; its context may say that nothing had to be done (« Autorisation déjà présente… »).

    Raises:
        SoapFault: refused before being read.
        ServiceStatusError: a status other than DMPOk.
        MalformedMessage: not the expected answer.
    """
    return read_output(body_of(response), HABILITATIONS, NAME)[1]


def parse(envelope: soap.Envelope) -> SetAuthorization:
    """Read the request on the national side.

    Raises:
        MalformedMessage: another operation.
    """
    body = require_operation(require_body(envelope), HABILITATIONS, NAME)
    return SetAuthorization(child_text(body, "action"), child_text(body, "role"))


def respond(value: ServiceStatus, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its envelope."""
    body = write_output(HABILITATIONS, NAME, (), value)
    return reply(OPERATION, body, message_id=message_id, relates_to=relates_to)
