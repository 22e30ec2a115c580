"""SOAP envelopes with WS-Addressing headers, written as text and read tolerantly."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.canonical import escape_text
from tramontane.dmp.soap.fault import Fault, read_fault, write_fault
from tramontane.dmp.soap.names import ANONYMOUS, FAULT_ACTION, SOAP_11, SOAP_12, WSA, WSSE
from tramontane.dmp.xml import parse_bounded, text_of

_ADDRESSING = tuple(f"{{{WSA}}}{name}" for name in ("MessageID", "Action", "To", "RelatesTo"))
_TO = f"{{{WSA}}}To"


@dataclass(frozen=True, slots=True)
class Addressing:
    """The WS-Addressing headers of one message.

    Attributes:
        message_id: ``urn:uuid:…``, given by the sender.
        action: what the message asks or answers.
        to: destination; official samples leave it empty.
        relates_to: message_id of the request, on an answer.
    """

    message_id: str
    action: str
    to: str = ""
    relates_to: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that was read.

    Attributes:
        addressing: its headers; what is absent is empty.
        security: the ``wsse:Security`` element, unverified.
        body: first element of the Body, or None.
        fault: the fault, when the body is one.
        deviations: what differs from the standards and was accepted, in French, for a report.
    """

    addressing: Addressing
    security: etree._Element | None
    body: etree._Element | None
    fault: Fault | None = None
    deviations: tuple[str, ...] = ()


def build_envelope(addressing: Addressing, body: bytes, *, security: bytes = b"") -> bytes:
    """A request (no `relates_to`) or an answer, headers in the order of the official samples.

    Args:
        body: the body element, serialised, declaring its own namespaces.
        security: the signed assertion, inserted as it is in ``wsse:Security``.
    """
    headers = _answer_headers(addressing) if addressing.relates_to else _request_headers(addressing)
    return _envelope(headers.encode(), security, body)


def build_fault(fault: Fault, *, message_id: str, relates_to: str) -> bytes:
    """The answer that carries a fault."""
    headers = _header("Action", FAULT_ACTION) + _header("MessageID", message_id)
    if relates_to:
        headers += _header("RelatesTo", relates_to)
    return _envelope(headers.encode(), b"", write_fault(fault))


def read_envelope(data: bytes | etree._Element) -> Envelope:
    """Read a SOAP 1.2 envelope; SOAP 1.1 is accepted and noted, as in the official TD2.1 sample.

    Raises:
        MalformedMessage: not XML, not an envelope with one Body, or a flood of markup.
    """
    root = parse_bounded(data) if isinstance(data, bytes) else data
    namespace = etree.QName(root).namespace
    if root.tag not in (f"{{{SOAP_12}}}Envelope", f"{{{SOAP_11}}}Envelope"):
        raise _malformed("l'élément soap:Envelope", str(root.tag))
    bodies = root.findall(f"{{{namespace}}}Body")
    if len(bodies) != 1:
        raise _malformed("un seul élément soap:Body", f"{len(bodies)} éléments")
    header = root.find(f"{{{namespace}}}Header")
    body = next(bodies[0].iterchildren(etree.Element), None)
    return Envelope(
        addressing=_read_addressing(header),
        security=None if header is None else header.find(f"{{{WSSE}}}Security"),
        body=body,
        fault=read_fault(body) if body is not None and body.tag == f"{{{namespace}}}Fault" else None,
        deviations=_deviations(header, soap_11=namespace == SOAP_11),
    )


def addressing_fault(envelope: Envelope) -> Fault | None:
    """The fault a server answers when a request lacks its Action or MessageID (WS-Addressing SOAP binding, §6.4.2)."""
    if envelope.addressing.action and envelope.addressing.message_id:
        return None
    return Fault(
        "soap:Sender",
        "wsa:MessageAddressingHeaderRequired",
        "A required header representing a Message Addressing Property is not present",
    )


def _envelope(headers: bytes, security: bytes, body: bytes) -> bytes:
    if security:
        security = b'<wsse:Security xmlns:wsse="%s">%s</wsse:Security>' % (WSSE.encode(), security)
    return (
        b'<soap:Envelope xmlns:soap="%s"><soap:Header>%s%s</soap:Header><soap:Body>%s</soap:Body></soap:Envelope>'
        % (
            SOAP_12.encode(),
            headers,
            security,
            body,
        )
    )


def _request_headers(addressing: Addressing) -> str:
    return (
        _header("MessageID", addressing.message_id)
        + _header("To", addressing.to)
        + f'<ReplyTo xmlns="{WSA}" soap:mustUnderstand="true"><Address>{ANONYMOUS}</Address></ReplyTo>'
        + f'<Action xmlns="{WSA}" soap:mustUnderstand="true">{escape_text(addressing.action)}</Action>'
    )


def _answer_headers(addressing: Addressing) -> str:
    return (
        _header("Action", addressing.action)
        + _header("MessageID", addressing.message_id)
        + _header("To", addressing.to or ANONYMOUS)
        + _header("RelatesTo", addressing.relates_to)
    )


def _header(name: str, value: str) -> str:
    return f'<{name} xmlns="{WSA}">{escape_text(value)}</{name}>'


def _read_addressing(header: etree._Element | None) -> Addressing:
    found = {} if header is None else {child.tag: child for child in header.iterchildren(*_ADDRESSING)}
    return Addressing(*(text_of(found.get(name)) for name in _ADDRESSING))


def _deviations(header: etree._Element | None, *, soap_11: bool) -> tuple[str, ...]:
    found = ["enveloppe SOAP 1.1 au lieu de 1.2"] if soap_11 else []
    if header is None:
        return tuple(found)
    if any(child.get("mustUnderstand") is not None for child in header.iterchildren(etree.Element)):
        found.append("mustUnderstand sans préfixe SOAP")
    if any(not text_of(to) for to in header.iterchildren(_TO)):
        found.append("wsa:To vide")
    return tuple(found)


def _malformed(expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "Le message n'est pas une enveloppe SOAP.",
        code="soap-enveloppe",
        expected=expected,
        received=received,
        reference="SOAP 1.2 partie 1, §5",
    )
