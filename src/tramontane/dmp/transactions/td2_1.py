"""TD2.1, feed documents in INDIRECTE mode (IHE ITI-41, service `repository`, MTOM). Not allowed in AIR (PDT-INF-606).

The XAdES signature of the submission set is not written: whether INDIRECTE still requires it is not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
from lxml import etree

from tramontane.dmp import soap, xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions.attached import content_of, include, post_attached
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, reply, require_body
from tramontane.dmp.transactions.submitting import (
    SUBMISSION_SET_ID,
    SUBMIT_OBJECTS,
    document_id,
    has_member,
    malformed,
    read_submission,
    write_submission,
)
from tramontane.dmp.xds.names import XDSB
from tramontane.dmp.xds.profile import require_submittable
from tramontane.dmp.xds.readers import without_comments
from tramontane.dmp.xds.response_wire import read_registry_response, write_registry_response
from tramontane.dmp.xds.responses import failure
from tramontane.dmp.xds.sentences import SENTENCES
from tramontane.dmp.xml import parse_lean

OPERATION = Operation(
    transaction="TD2.1",
    service="repository",
    action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    response_action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
    idempotent=False,
)


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """A document to feed.

    Attributes:
        entry: without hash, size nor repository: the repository gives them.
        content: whole, or in chunks.
        length: size in bytes of chunked content, when known.
        replaces: entry_uuid of the document that this one replaces (TD2.1b); empty: it is new.
    """

    entry: xds.DocumentEntry
    content: bytes | memoryview | Iterable[bytes]
    length: int | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """What is fed at once."""

    submission_set: xds.SubmissionSet
    documents: tuple[SubmittedDocument, ...]


def request(call: Call, submission: Submission) -> HttpRequest:
    """Feed documents. Contents given in chunks are streamed.

    Raises:
        InvalidMetadata: the French profile forbids these metadata; all the faults are listed.
    """
    submission = _with_local_ids(submission)
    entries = tuple(document.entry for document in submission.documents)
    require_submittable(submission.submission_set, entries)
    parts = [
        mtom.Part(f"doc-{rank}@dpi", document.entry.mime_type, document.content, document.length)
        for rank, document in enumerate(submission.documents, 1)
    ]
    contents = "".join(
        f'<xds:Document id="{entry.entry_uuid}">{include(part.content_id)}</xds:Document>'
        for entry, part in zip(entries, parts, strict=True)
    )
    objects = write_submission((submission.submission_set, *entries, *_associations(submission))).decode()
    name = "ProvideAndRegisterDocumentSetRequest"
    body = f'<xds:{name} xmlns:xds="{XDSB}">{objects}{contents}</xds:{name}>'
    return post_attached(OPERATION, call, body.encode(), parts)


def read(response: HttpResponse) -> xds.RegistryResponse:
    """The outcome; warnings are in its `errors`.

    Raises:
        SoapFault: refused before being read.
        RegistryFailure: the repository failed; every error is in `errors`.
        MalformedMessage: not the expected answer.
    """
    received = mtom.read(response.content_type, response.body)
    return read_outcome(received.root)


def read_outcome(root: bytes) -> xds.RegistryResponse:
    """The outcome in an envelope.

    Raises:
        SoapFault, RegistryFailure, MalformedMessage: as `read`.
    """
    envelope = soap.read_envelope(parse_lean(root))
    soap.raise_for_fault(envelope, SENTENCES)
    outcome = read_registry_response(envelope.body)
    xds.raise_for_failure(outcome.status, outcome.errors)
    return outcome


def _with_local_ids(submission: Submission) -> Submission:
    """Objects get the ids that associations use; those the registry gives are not sent."""
    documents = tuple(
        SubmittedDocument(
            msgspec.structs.replace(document.entry, entry_uuid=document_id(rank)),
            document.content,
            document.length,
            document.replaces,
        )
        for rank, document in enumerate(submission.documents, 1)
    )
    return Submission(msgspec.structs.replace(submission.submission_set, entry_uuid=SUBMISSION_SET_ID), documents)


def _associations(submission: Submission) -> Iterator[xds.Association]:
    count = len(submission.documents)
    for rank, document in enumerate(submission.documents, 1):
        yield has_member(rank, SUBMISSION_SET_ID, document.entry.entry_uuid)
        if document.replaces:
            yield xds.Association(
                entry_uuid=f"as{count + rank}",
                type=xds.AssociationType.REPLACES,
                source=document.entry.entry_uuid,
                target=document.replaces,
            )


# ── National side ──────────────────────────────────────────────────────────────────────────────────────────────────


def parse(envelope: soap.Envelope, received: mtom.Received) -> Submission:
    """Read the request and its contents.

    Raises:
        RegistryFailure: XDSMissingDocument or XDSMissingDocumentMetadata, to be answered as they are.
        MalformedMessage: not a request of this transaction.
    """
    body = without_comments(require_body(envelope))
    if body.tag != f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest":
        raise malformed("xds:ProvideAndRegisterDocumentSetRequest", str(body.tag))
    submission_set, objects = read_submission(body.find(SUBMIT_OBJECTS))
    entries = [item for item in objects if isinstance(item, xds.DocumentEntry)]
    contents = {element.get("id", ""): element for element in body.iterfind(f"{{{XDSB}}}Document")}
    _require_pairs({entry.entry_uuid for entry in entries}, set(contents))
    replaced = _replaced(objects)
    return Submission(
        submission_set,
        tuple(
            SubmittedDocument(
                entry, _content(contents[entry.entry_uuid], received), replaces=replaced.get(entry.entry_uuid, "")
            )
            for entry in entries
        ),
    )


def respond(value: xds.RegistryResponse, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer, success or failure: its content type and its envelope."""
    return reply(OPERATION, write_registry_response(value), message_id=message_id, relates_to=relates_to)


def _require_pairs(described: set[str], joined: set[str]) -> None:
    errors = [xds.RegistryError("XDSMissingDocument", name, location=name) for name in sorted(described - joined)]
    errors += [
        xds.RegistryError("XDSMissingDocumentMetadata", name, location=name) for name in sorted(joined - described)
    ]
    if errors:
        raise failure(tuple(errors))


def _content(element: etree._Element, received: mtom.Received) -> memoryview:
    try:
        return content_of(element, received)
    except MalformedMessage as error:
        name = element.get("id", "")
        raise failure((xds.RegistryError("XDSMissingDocument", error.message, location=name),)) from error


def _replaced(objects: Iterable[xds.RegistryObject]) -> Mapping[str, str]:
    return {
        item.source: item.target
        for item in objects
        if isinstance(item, xds.Association) and item.type == xds.AssociationType.REPLACES
    }
