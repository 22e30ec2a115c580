"""Official-like messages, and the comparison of two messages by what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse, Software

VECTORS = Path(__file__).parent.parent / "vectors" / "messages"
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
# Ids that nothing refers to: the examples number them as they like.
FREE_IDS = {f"{RIM}Classification", f"{RIM}ExternalIdentifier"}

MESSAGE_ID = "urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1131"
ANSWER_ID = "urn:uuid:3f0a6a1e-9a10-4a0c-8d8a-5d6e0d0b2202"


def message(name: str) -> bytes:
    """A SOAP message."""
    return (VECTORS / name).read_bytes()


def mime(name: str) -> tuple[str, bytes]:
    """A MIME message: its content type and its body."""
    head, _, body = message(name).partition(b"\r\n\r\n")
    return head.decode().partition(":")[2].strip(), body


def response(name: str) -> HttpResponse:
    """An answer, as the transport hands it."""
    if name.endswith(".mime"):
        return HttpResponse(200, *mime(name))
    return HttpResponse(200, "application/soap+xml; charset=utf-8", message(name))


def whole(request: HttpRequest) -> bytes:
    """The body of a request, streamed or not."""
    return request.body if isinstance(request.body, bytes) else b"".join(request.body)


def body(data: bytes) -> etree._Element:
    """The content of a SOAP Body."""
    return etree.fromstring(data).find("{http://www.w3.org/2003/05/soap-envelope}Body")[0]


def header_names(data: bytes) -> list[str]:
    """The headers of an envelope, in order."""
    return [child.tag for child in etree.fromstring(data).find("{http://www.w3.org/2003/05/soap-envelope}Header")]


def says(element: etree._Element) -> tuple:
    """What an element says: names, attributes, texts and order; neither prefixes, nor indentation, nor free ids."""
    attributes = {
        name: value for name, value in element.attrib.items() if not (name == "id" and element.tag in FREE_IDS)
    }
    children = [says(child) for child in element if isinstance(child.tag, str)]
    return (element.tag, sorted(attributes.items()), (element.text or "").strip(), children)


def call(message_id: str = MESSAGE_ID, vihf: bytes = b"<vihf/>") -> Call:
    """The context of a call to a server that does not exist."""
    return Call(
        base_url="https://dmp.example.invalid/si-dmp-server/v2/services/",
        vihf=vihf,
        message_id=message_id,
        sent_at=datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC),
        software=Software("1.2.250.1.999.77", "DPI EXEMPLE", "1.0.0", "HOMOLOGATION"),
    )
