"""TD3.1, search the registry: stored queries (IHE ITI-18, service `registry`)."""

from __future__ import annotations

from tramontane.dmp import soap, xds
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, post, reply, require_body
from tramontane.dmp.xds.at_once import read_at_once
from tramontane.dmp.xds.query_wire import read_query, write_query
from tramontane.dmp.xds.response_wire import read_query_response, write_query_response
from tramontane.dmp.xds.sentences import SENTENCES
from tramontane.dmp.xds.stream import read_in_slices
from tramontane.dmp.xml import parse_lean

OPERATION = Operation(
    transaction="TD3.1",
    service="registry",
    action="urn:ihe:iti:2007:RegistryStoredQuery",
    response_action="urn:ihe:iti:2007:RegistryStoredQueryResponse",
    idempotent=True,
)

# About 200 entries. Below, a tree is the fastest; above, it would be the largest thing in memory.
TREE_BYTES = 1_400_000


def request(call: Call, query: xds.StoredQuery) -> HttpRequest:
    """Ask the registry."""
    return post(OPERATION, call, write_query(query))


def read(response: HttpResponse) -> xds.QueryResponse:
    """What the registry found. A partial success is a success: look at its `errors`.

    Raises:
        SoapFault: refused before being read.
        RegistryFailure: the registry failed; every error is in `errors`.
        MalformedMessage: not the expected answer.
    """
    if len(response.body) > TREE_BYTES:
        answer = read_in_slices(response.body)
    else:
        answer = read_at_once(response.body) or _read_tree(response.body)
    xds.raise_for_failure(answer.status, answer.errors)
    return answer


def _read_tree(body: bytes) -> xds.QueryResponse:
    envelope = soap.read_envelope(parse_lean(body))
    soap.raise_for_fault(envelope, SENTENCES)
    return read_query_response(envelope.body)


def parse(envelope: soap.Envelope) -> xds.StoredQuery:
    """Read the request, on the national side.

    Raises:
        MalformedMessage: not a stored query, or a value that is neither a quoted text nor a number.
    """
    return read_query(require_body(envelope))


def respond(value: xds.QueryResponse, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer, on the national side: its content type and its envelope."""
    return reply(OPERATION, write_query_response(value), message_id=message_id, relates_to=relates_to)
