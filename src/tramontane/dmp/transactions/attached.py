"""A transaction with attachments: an envelope and its binary parts in one MTOM message."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.canonical import escape_attribute
from tramontane.dmp.soap import mtom
from tramontane.dmp.soap.names import ANONYMOUS, XOP
from tramontane.dmp.transactions.exchange import Call, HttpRequest
from tramontane.dmp.transactions.plain import Operation

INCLUDE = f"{{{XOP}}}Include"


def post_attached(operation: Operation, call: Call, body: bytes, parts: Iterable[mtom.Part]) -> HttpRequest:
    """`body` in its envelope with `parts` behind; streamed when a part is."""
    url = call.base_url + operation.service
    addressing = soap.Addressing(message_id=call.message_id, action=operation.action, to=url)
    root = soap.build_envelope(addressing, body, security=call.vihf)
    message = mtom.write(root, parts, boundary=boundary(call.message_id), action=operation.action)
    return HttpRequest(
        transaction=operation.transaction,
        url=url,
        action=operation.action,
        content_type=message.content_type,
        body=message.chunks,
        idempotent=operation.idempotent,
        length=message.length,
    )


def reply_attached(
    operation: Operation, body: bytes, parts: Sequence[mtom.Part], *, message_id: str, relates_to: str
) -> mtom.Multipart:
    """The national side's answer."""
    addressing = soap.Addressing(message_id, operation.response_action, ANONYMOUS, relates_to)
    return mtom.write(soap.build_envelope(addressing, body), parts, boundary=boundary(message_id))


def boundary(message_id: str) -> str:
    """As unique as the message is."""
    return "uuid:" + message_id.removeprefix("urn:uuid:")


def include(content_id: str) -> str:
    """The reference to a part, in place of its content."""
    return f'<xop:Include xmlns:xop="{XOP}" href="cid:{escape_attribute(content_id)}"/>'


def content_of(element: etree._Element, received: mtom.Received) -> memoryview:
    """The content of a binary element: the part it designates, or the base64 it holds.

    Raises:
        MalformedMessage: a reference to nothing, or text that is not base64.
    """
    reference = element.find(INCLUDE)
    return inline_content(element) if reference is None else received.part(reference.get("href", ""))


def inline_content(element: etree._Element) -> memoryview:
    """The base64 that the element holds.

    Raises:
        MalformedMessage: it is not base64.
    """
    text = "".join("".join(map(str, element.itertext())).split())
    try:
        return memoryview(base64.b64decode(text, validate=True))
    except ValueError as error:  # binascii.Error, and characters outside ASCII
        raise MalformedMessage(
            "Le contenu d'un document est illisible.",
            code="document-base64",
            expected="xop:Include ou base64",
            received="autre chose",
            reference="XOP 1.0, §3.1",
        ) from error
