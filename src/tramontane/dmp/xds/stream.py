"""Read a TD3.1 answer as it arrives: objects come out one by one, and what is read is freed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from lxml import etree

from tramontane.dmp.soap.fault import read_fault
from tramontane.dmp.soap.names import SOAP_11, SOAP_12
from tramontane.dmp.soap.refusals import refusal
from tramontane.dmp.xds.model import DocumentEntry, RegistryObject
from tramontane.dmp.xds.readers import READERS
from tramontane.dmp.xds.response_wire import (
    OBJECT_LIST,
    QUERY_RESPONSE,
    read_query_response,
    sorted_response,
    with_objects,
)
from tramontane.dmp.xds.responses import QueryResponse, raise_for_failure
from tramontane.dmp.xds.sentences import SENTENCES
from tramontane.dmp.xml import lean_options, not_well_formed, without_doctype

SLICE = 64 * 1024
_FAULTS = (f"{{{SOAP_12}}}Fault", f"{{{SOAP_11}}}Fault")


class QueryResponseReader:
    """Feed it chunks of the envelope, it gives objects; `close` gives the rest of the answer.

    Memory stays that of one object and one slice, whatever the number of objects.
    """

    def __init__(self) -> None:
        # Envelopes are bounded by libxml2's own limits; the options are those of every unsigned answer.
        tags = (*READERS, QUERY_RESPONSE, *_FAULTS)
        self._parser = etree.XMLPullParser(events=("end",), tag=tags, **lean_options())
        self._answer: QueryResponse | None = None

    def feed(self, chunk: bytes | memoryview) -> list[RegistryObject]:
        """The objects that this chunk completes.

        Raises:
            MalformedMessage: not well-formed, or with a DOCTYPE, or a status nobody knows.
            SoapFault: the answer is a fault.
        """
        found: list[RegistryObject] = []
        for start in range(0, len(chunk), SLICE):
            try:
                self._parser.feed(bytes(chunk[start : start + SLICE]))
                found.extend(self._completed())
            except etree.XMLSyntaxError as error:
                raise not_well_formed(error) from error
        return found

    def close(self) -> QueryResponse:
        """Status, errors and total; the objects were given by `feed`.

        Raises:
            MalformedMessage: the message is cut, or is no answer to a stored query.
        """
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise not_well_formed(error) from error
        without_doctype(root)
        return self._answer or read_query_response(None)

    def _completed(self) -> Iterator[RegistryObject]:
        events: Iterable[tuple[str, etree._Element]] = cast("Any", self._parser.read_events())  # only "end" was asked
        for _, element in events:
            parent = element.getparent()
            if element.tag in _FAULTS:
                raise refusal(read_fault(element), SENTENCES)
            if element.tag == QUERY_RESPONSE:
                self._answer = sorted_response(without_doctype(element), ())
            elif parent is not None and _is_result(parent):
                yield READERS[element.tag](element)
                _free(element, parent)


def iter_entries(chunks: Iterable[bytes | memoryview]) -> Iterator[DocumentEntry]:
    """The document entries of an answer, as it arrives.

    Raises:
        RegistryFailure: once the answer is read, when it is a failure.
        MalformedMessage, SoapFault: as `QueryResponseReader.feed`.
    """
    reader = QueryResponseReader()
    for chunk in chunks:
        yield from (found for found in reader.feed(chunk) if isinstance(found, DocumentEntry))
    answer = reader.close()
    raise_for_failure(answer.status, answer.errors)


def read_in_slices(body: bytes) -> QueryResponse:
    """A whole answer too large for a tree: only its values are kept in memory."""
    reader = QueryResponseReader()
    objects = reader.feed(memoryview(body))
    return with_objects(reader.close(), objects)


def _is_result(parent: etree._Element) -> bool:
    """Whether its children are objects of the answer itself; those inside a package are not."""
    answer = parent.getparent()
    return parent.tag == OBJECT_LIST and answer is not None and answer.tag == QUERY_RESPONSE


def _free(element: etree._Element, parent: etree._Element) -> None:
    """The element itself stays, empty, until the next one: libxml2 may still hold it."""
    element.clear()
    previous = element.getprevious()
    if previous is not None:
        parent.remove(previous)
