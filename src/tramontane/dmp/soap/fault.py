"""The SOAP fault, as a value, read from and written to its element (SOAP 1.2 part 1, §5.4)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from tramontane.dmp.signature.canonical import escape_text
from tramontane.dmp.soap.names import SOAP_11, SOAP_12, WSA
from tramontane.dmp.xml import text_of

_PREFIXES = {SOAP_12: "soap", SOAP_11: "soap", WSA: "wsa"}
# SOAP 1.1 (§4.4.1) named them otherwise.
_SOAP_11_CODES = {"soap:Client": "soap:Sender", "soap:Server": "soap:Receiver"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal of the whole message.

    Attributes:
        code: ``soap:Sender`` (the request is at fault), ``soap:Receiver`` (the server is), ``soap:MustUnderstand``…
        subcode: the precise code; the DMP writes its own in the SOAP namespace, ``soap:DMPInvalidCertificate``.
        reason: one sentence, in French.
    """

    code: str
    subcode: str
    reason: str

    @property
    def name(self) -> str:
        """The most precise code, without prefix: ``DMPInvalidCertificate``."""
        return (self.subcode or self.code).rpartition(":")[2]


def read_fault(element: etree._Element) -> Fault:
    """The value of a ``soap:Fault`` element, SOAP 1.2, or 1.1 which old gateways still answer."""
    code = element.find(f"{{{SOAP_12}}}Code")
    if code is None:
        return Fault(
            _SOAP_11_CODES.get(_qname(element.find("faultcode")), _qname(element.find("faultcode"))),
            "",
            text_of(element.find("faultstring")),
        )
    return Fault(
        _qname(code.find(f"{{{SOAP_12}}}Value")),
        _qname(code.find(f"{{{SOAP_12}}}Subcode/{{{SOAP_12}}}Value")),
        text_of(element.find(f"{{{SOAP_12}}}Reason/{{{SOAP_12}}}Text")),
    )


def write_fault(fault: Fault) -> bytes:
    """The ``soap:Fault`` element, to be placed in a Body whose envelope declares the prefix ``soap``."""
    subcode = fault.subcode and f"<soap:Subcode>{_value(fault.subcode)}</soap:Subcode>"
    return (
        f"<soap:Fault><soap:Code>{_value(fault.code)}{subcode}</soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="fr">{escape_text(fault.reason)}</soap:Text></soap:Reason></soap:Fault>'
    ).encode()


def _value(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    declaration = f' xmlns:wsa="{WSA}"' if prefix == "wsa" else ""
    return f"<soap:Value{declaration}>{escape_text(prefix or 'soap')}:{escape_text(local)}</soap:Value>"


def _qname(element: etree._Element | None) -> str:
    """The QName with the usual prefix of its namespace, whatever prefix the peer chose."""
    text = text_of(element)
    prefix, _, local = text.rpartition(":")
    if element is None or element.nsmap.get(prefix or None) not in _PREFIXES:
        return text
    return f"{_PREFIXES[element.nsmap[prefix or None]]}:{local}"
