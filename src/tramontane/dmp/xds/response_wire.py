"""Registry answers ⇄ values: ``RegistryResponse`` and ``AdhocQueryResponse``, with their error lists."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.canonical import escape_attribute
from tramontane.dmp.xds.model import Association, DocumentEntry, ObjectRef, RegistryObject, SubmissionSet
from tramontane.dmp.xds.names import QUERY, RIM, RS, ResponseStatus, Severity
from tramontane.dmp.xds.readers import read_objects
from tramontane.dmp.xds.responses import QueryResponse, RegistryError, RegistryResponse
from tramontane.dmp.xds.times import parse_number
from tramontane.dmp.xds.writers import write_objects

QUERY_RESPONSE = f"{{{QUERY}}}AdhocQueryResponse"
REGISTRY_RESPONSE = f"{{{RS}}}RegistryResponse"
ERROR_LIST = f"{{{RS}}}RegistryErrorList"
OBJECT_LIST = f"{{{RIM}}}RegistryObjectList"

_STATUSES = {status.value: status for status in ResponseStatus}
_SEVERITIES = {severity.value: severity for severity in Severity}


def read_registry_response(element: etree._Element | None) -> RegistryResponse:
    """The outcome in a ``rs:RegistryResponse``.

    Raises:
        MalformedMessage: another element, or a status nobody knows.
    """
    if element is None or element.tag != REGISTRY_RESPONSE:
        raise _unexpected("rs:RegistryResponse", element)
    return RegistryResponse(read_status(element), read_errors(element))


def read_query_response(element: etree._Element | None) -> QueryResponse:
    """The outcome in a ``query:AdhocQueryResponse``, whose tree holds no comment.

    Raises:
        MalformedMessage: another element, or a status nobody knows.
    """
    if element is None or element.tag != QUERY_RESPONSE:
        raise _unexpected("query:AdhocQueryResponse", element)
    found = element.find(OBJECT_LIST)
    objects = () if found is None else read_objects(found)
    return sorted_response(element, objects)


def sorted_response(element: etree._Element, objects: Iterable[RegistryObject]) -> QueryResponse:
    """The answer whose root is `element`, with `objects` sorted by kind."""
    answer = QueryResponse(
        status=read_status(element),
        errors=read_errors(element),
        total=parse_number(element.get("totalResultCount", "")),
    )
    return with_objects(answer, objects)


def with_objects(answer: QueryResponse, objects: Iterable[RegistryObject]) -> QueryResponse:
    """The same answer, with `objects` sorted by kind."""
    found = tuple(objects)
    return msgspec.structs.replace(
        answer,
        document_entries=tuple(item for item in found if isinstance(item, DocumentEntry)),
        submission_sets=tuple(item for item in found if isinstance(item, SubmissionSet)),
        associations=tuple(item for item in found if isinstance(item, Association)),
        object_refs=tuple(item for item in found if isinstance(item, ObjectRef)),
    )


def read_status(element: etree._Element) -> ResponseStatus:
    """The ``status`` of an answer.

    Raises:
        MalformedMessage: absent or unknown: nobody could tell success from failure.
    """
    status = _STATUSES.get(element.get("status", ""))
    if status is None:
        raise MalformedMessage(
            "La réponse du DMP n'a pas de statut connu.",
            code="xds-statut",
            expected="Success, PartialSuccess ou Failure",
            received=element.get("status") or "absent",
            reference="IHE ITI TF-3, §4.2.4.2",
        )
    return status


def read_errors(element: etree._Element) -> tuple[RegistryError, ...]:
    """The errors of an answer, in order; unknown codes and severities verbatim."""
    return tuple(
        RegistryError(
            code=error.get("errorCode", ""),
            context=error.get("codeContext", ""),
            severity=_SEVERITIES.get(error.get("severity", ""), error.get("severity", "")),
            location=error.get("location", ""),
        )
        for error in element.iterfind(f"{ERROR_LIST}/{{{RS}}}RegistryError")
    )


def write_registry_response(response: RegistryResponse) -> bytes:
    """The ``rs:RegistryResponse``."""
    errors = _errors(response.errors)
    opening = f'<rs:RegistryResponse xmlns:rs="{RS}" status="{response.status}"'
    return (f"{opening}>{errors}</rs:RegistryResponse>" if errors else f"{opening}/>").encode()


def write_query_response(response: QueryResponse) -> bytes:
    """The ``query:AdhocQueryResponse``. Counts are written on an answer without error, as the official samples do."""
    total = "" if response.total is None else f' startIndex="0" totalResultCount="{response.total}"'
    namespaces = f'xmlns:query="{QUERY}" xmlns:rs="{RS}" xmlns="{RIM}"'
    return (
        f'<query:AdhocQueryResponse {namespaces}{total} status="{response.status}">{_errors(response.errors)}'
        f"<RegistryObjectList>{write_objects(response.objects)}</RegistryObjectList></query:AdhocQueryResponse>"
    ).encode()


def _errors(errors: tuple[RegistryError, ...]) -> str:
    if not errors:
        return ""
    highest = Severity.ERROR if any(error.severity != Severity.WARNING for error in errors) else Severity.WARNING
    lines = "".join(_error(error) for error in errors)
    return f'<rs:RegistryErrorList highestSeverity="{highest}">{lines}</rs:RegistryErrorList>'


def _error(error: RegistryError) -> str:
    attributes = {
        "errorCode": error.code,
        "codeContext": error.context,
        "location": error.location,
        "severity": str(error.severity),
    }
    written = "".join(f' {name}="{escape_attribute(value)}"' for name, value in attributes.items())
    return f"<rs:RegistryError{written}/>"


def _unexpected(expected: str, element: etree._Element | None) -> MalformedMessage:
    return MalformedMessage(
        "La réponse du DMP n'est pas celle de la transaction.",
        code="xds-autre-message",
        expected=expected,
        received="rien" if element is None else str(element.tag),
        reference="IHE ITI TF-3, §4.2.4",
    )
