"""A transaction without attachment: one XML body in, one XML body out."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.xml import parse

CONTENT_TYPE = "application/soap+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Operation:
    """What never changes in a transaction.

    Attributes:
        transaction: e.g. ``TD0.3``.
        service: last segment of the URL.
        action: WS-Addressing action of the request.
        response_action: WS-Addressing action of the answer.
        idempotent: whether the request may be sent again after a failure.
    """

    transaction: str
    service: str
    action: str
    response_action: str
    idempotent: bool


def post(operation: Operation, call: Call, body: bytes) -> HttpRequest:
    """`body` in its envelope, signed assertion included, addressed to the operation's service."""
    url = call.base_url + operation.service
    addressing = soap.Addressing(message_id=call.message_id, action=operation.action, to=url)
    return HttpRequest(
        transaction=operation.transaction,
        url=url,
        action=operation.action,
        content_type=CONTENT_TYPE,
        body=soap.build_envelope(addressing, body, security=call.vihf),
        idempotent=operation.idempotent,
    )


def body_of(response: HttpResponse) -> etree._Element:
    """The body of the answer.

    Raises:
        SoapFault: the answer is a fault.
        MalformedMessage: the answer is no envelope, or an empty one.
    """
    # A list of patients may be long: what the national system answers is bounded by the transport alone.
    envelope = soap.read_envelope(parse(response.body))
    soap.raise_for_fault(envelope)
    return require_body(envelope)


def require_body(envelope: soap.Envelope) -> etree._Element:
    """The body of an envelope.

    Raises:
        MalformedMessage: it is empty.
    """
    if envelope.body is None:
        raise MalformedMessage(
            "L'enveloppe SOAP n'a pas de corps.",
            code="soap-corps-vide",
            expected="un élément dans soap:Body",
            received="aucun",
            reference="SOAP 1.2 partie 1, §5.3",
        )
    return envelope.body


def reply(operation: Operation, body: bytes, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """The national side's answer: its content type and its envelope."""
    addressing = soap.Addressing(
        message_id=message_id,
        action=operation.response_action,
        to="http://www.w3.org/2005/08/addressing/anonymous",
        relates_to=relates_to,
    )
    return CONTENT_TYPE, soap.build_envelope(addressing, body)
