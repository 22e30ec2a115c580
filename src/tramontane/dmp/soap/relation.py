"""Which request an answer says it answers: that of another patient, crossed on the way, must never be read as ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap.names import SOAP_11, SOAP_12, WSA
from tramontane.dmp.xml import lean_options, text_of

_SLICE = 4096
_HEADERS = (f"{{{SOAP_12}}}Header", f"{{{SOAP_11}}}Header")
_BODIES = (f"{{{SOAP_12}}}Body", f"{{{SOAP_11}}}Body")


def require_answer_to(envelope: bytes, asked: str) -> None:
    """Nothing when the header says it answers `asked`, or says nothing. What is no envelope is left to whoever reads it.

    Args:
        asked: MessageID of the request, ``urn:uuid:…``.

    Raises:
        MalformedMessage: it answers something else.
    """
    said = relations(envelope)
    if not said or asked in said:
        return
    raise MalformedMessage(
        "Cette réponse est celle d'une autre demande : elle n'a pas été lue.",
        code="reponse-autre-demande",
        expected=f"RelatesTo = {asked}",
        received=f"RelatesTo = {said[0][:80]}",
        reference="WS-Addressing 1.0 Core, §3.4 ; en-têtes des réponses du DMP",
        next_step="réessayez ; si cela se répète, signalez-le au support du DMP et cherchez un relais qui croise les réponses",
    )


def relations(envelope: bytes) -> tuple[str, ...]:
    """The ``wsa:RelatesTo`` of an envelope. Its header alone is parsed, whatever the size of its body."""
    parser = etree.XMLPullParser(events=("start", "end"), tag=(*_HEADERS, *_BODIES), **lean_options())
    for start in range(0, len(envelope), _SLICE):
        try:
            parser.feed(bytes(envelope[start : start + _SLICE]))
        except etree.XMLSyntaxError:
            return ()
        for event, element in cast("Iterable[tuple[str, Any]]", parser.read_events()):
            if element.tag in _BODIES:
                return ()
            if event == "end":
                return tuple(filter(None, map(text_of, element.iterfind(f"{{{WSA}}}RelatesTo"))))
    return ()
