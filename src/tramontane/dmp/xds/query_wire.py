"""``AdhocQueryRequest`` ⇄ `StoredQuery`: single quotes around texts, doubled inside; lists in parentheses (ITI-18)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.canonical import escape_attribute
from tramontane.dmp.xds.keeping import values_of
from tramontane.dmp.xds.model import Slot
from tramontane.dmp.xds.names import QUERY, RIM
from tramontane.dmp.xds.query import Parameter, QueryId, ReturnType, StoredQuery
from tramontane.dmp.xds.readers import without_comments
from tramontane.dmp.xds.writers import write_slot

# One value: a quoted text whose inner quotes are doubled, or a bare number.
_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|([0-9]{1,20}))\s*")
_QUERY_IDS = {known.value: known for known in QueryId}


def write_query(query: StoredQuery) -> bytes:
    """The body of a TD3.1 request."""
    slots = "".join(write_slot(Slot(known.name, (_write(known),))) for known in query.parameters)
    return (
        f'<query:AdhocQueryRequest xmlns:query="{QUERY}" xmlns="{RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{query.return_type}"/>'
        f'<AdhocQuery id="{escape_attribute(query.id)}">{slots}</AdhocQuery></query:AdhocQueryRequest>'
    ).encode()


def read_query(body: etree._Element) -> StoredQuery:
    """The query of a TD3.1 request.

    Raises:
        MalformedMessage: another message, or a value that is neither a quoted text nor a number.
    """
    query = without_comments(body).find(f"{{{RIM}}}AdhocQuery")
    if body.tag != f"{{{QUERY}}}AdhocQueryRequest" or query is None:
        raise _malformed("query:AdhocQueryRequest avec son rim:AdhocQuery", etree.QName(body).localname)
    option = body.find(f"{{{QUERY}}}ResponseOption")
    return_type = ReturnType.LEAF_CLASS.value if option is None else option.get("returnType", "")
    if return_type not in list(ReturnType):
        raise _malformed("returnType LeafClass ou ObjectRef", return_type or "absent")
    identifier = query.get("id", "")
    return StoredQuery(
        _QUERY_IDS.get(identifier, identifier),
        tuple(_read(slot) for slot in query.iterchildren(f"{{{RIM}}}Slot")),
        ReturnType(return_type),
    )


def _write(parameter: Parameter) -> str:
    values = ",".join(str(value) if isinstance(value, int) else _quoted(value) for value in parameter.values)
    return f"({values})" if parameter.is_list else values


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read(slot: etree._Element) -> Parameter:
    """A list may be cut over several ``Value`` elements, each with its own parentheses."""
    name = slot.get("name", "")
    texts = values_of(slot)
    lists = [text.startswith("(") and text.endswith(")") for text in texts]
    is_list = any(lists) or len(texts) > 1
    values = [value for text in texts for value in _values(name, text)]
    return Parameter(name, tuple(values), is_list)


def _values(name: str, text: str) -> Iterator[str | int]:
    inside = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    position = 0
    while True:
        found = _VALUE.match(inside, position)
        if found is None:
            raise _malformed(f"{name} : 'texte', nombre, ou liste entre parenthèses", "une valeur mal écrite")
        yield found[1].replace("''", "'") if found[1] is not None else int(found[2])
        position = found.end()
        if position == len(inside):
            return
        if inside[position] != ",":
            raise _malformed(f"{name} : des valeurs séparées par des virgules", "une valeur mal écrite")
        position += 1


def _malformed(expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "La requête de recherche de documents est mal formée.",
        code="td3-1-requete",
        expected=expected,
        received=received,
        reference="IHE ITI TF-2, ITI-18 §3.18.4.1.2.3",
    )
