"""A whole answer to a stored query, read without a tree of its objects, when its bytes have the usual form.

Either the value is the one that the tree gives, or nothing is said, and the tree is read from the beginning: nothing is ever refused here.
See `docs/adr/0017-answers-read-without-a-tree.md` for what proves it.
"""

from __future__ import annotations

import re

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap.envelope import read_envelope
from tramontane.dmp.xds.flat import read_flat
from tramontane.dmp.xds.response_wire import OBJECT_LIST, QUERY_RESPONSE, sorted_response
from tramontane.dmp.xds.responses import QueryResponse
from tramontane.dmp.xml import is_well_formed, parse_lean

_LIST = b"RegistryObjectList"
# In UTF-8, whatever the transport says: nothing else starts so.
_DECLARATION = re.compile(
    rb"<\?xml\s+version=[\"']1\.0[\"'](?:\s+encoding=[\"'](?i:UTF-8)[\"'])?(?:\s+standalone=[\"'](?:yes|no)[\"'])?\s*\?>"
)
_START = re.compile(rb"\s*<[A-Za-z]")
_PREFIX = re.compile(rb"(?:[A-Za-z_][A-Za-z0-9_-]{0,30}:)?")
_REST_OF_TAG = re.compile(rb"(?:\s++[A-Za-z][A-Za-z0-9_:.-]*+\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*\s*+>")


def read_at_once(data: bytes) -> QueryResponse | None:
    """The answer in an envelope; None when it must be read from a tree, be it to say what is wrong."""
    cut = _cut_list(data)
    if cut is None or not is_well_formed(data):
        return None
    try:
        return _read_parts(data, *cut)
    except (MalformedMessage, UnicodeDecodeError):
        return None


def _read_parts(data: bytes, prefix: str, start: int, end: int) -> QueryResponse | None:
    """What is around the list, by way of a tree; then the list."""
    answer = read_envelope(parse_lean(data[:start] + data[end:])).body
    found = None if answer is None or answer.tag != QUERY_RESPONSE else answer.find(OBJECT_LIST)
    if answer is None or found is None:
        return None
    objects = read_flat(data[start:end].decode(), prefix, found.nsmap)
    return None if objects is None else sorted_response(answer, objects)


def _cut_list(data: bytes) -> tuple[str, int, int] | None:
    """The list of objects of a document: its prefix with the colon, and where its content starts and ends."""
    declaration = _DECLARATION.match(data)
    begin = declaration.end() if declaration else 0
    named, ended = data.find(_LIST), data.rfind(_LIST)
    opened, closed = data.rfind(b"<", 0, named) + 1, data.rfind(b"<", 0, ended)
    prefix = data[opened:named]
    tag = _REST_OF_TAG.match(data, named + len(_LIST))
    usual = (
        _START.match(data, begin)
        and _PREFIX.fullmatch(prefix)
        and tag
        and tag.end() <= closed
        and data[closed:ended] == b"</" + prefix
        and not any(mark in data[begin : tag.end()] or mark in data[closed:] for mark in (b"<!", b"<?", b"xml:space"))
    )
    return (prefix.decode(), tag.end(), closed) if usual and tag else None
