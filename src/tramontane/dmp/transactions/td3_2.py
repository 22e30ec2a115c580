"""TD3.2, retrieve documents (IHE ITI-43, service `repository`). The answer is MTOM, even when it is a fault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from lxml import etree

from tramontane.dmp import soap, xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.canonical import escape_text
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions.attached import boundary, content_of, include, reply_attached
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, post, require_body
from tramontane.dmp.xds.names import XDSB
from tramontane.dmp.xds.response_wire import REGISTRY_RESPONSE, read_registry_response, write_registry_response
from tramontane.dmp.xds.sentences import SENTENCES
from tramontane.dmp.xml import parse_lean, text_of

OPERATION = Operation(
    transaction="TD3.2",
    service="repository",
    action="urn:ihe:iti:2007:RetrieveDocumentSet",
    response_action="urn:ihe:iti:2007:RetrieveDocumentSetResponse",
    idempotent=True,
)


@dataclass(frozen=True, slots=True)
class DocumentDescription:
    """What the answer says of one document.

    Attributes:
        unique_id: the OID of the document, not its entryUUID: the DMP refuses that one (XDSDocumentUniqueIdError).
    """

    repository_id: str
    unique_id: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class RetrievedDocument:
    """A document and its content; a view keeps the whole answer in memory."""

    repository_id: str
    unique_id: str
    mime_type: str
    content: bytes | memoryview

    @property
    def sha1(self) -> str:
        """As the registry announces it: lower-case hexadecimal. It detects damage, it proves no origin."""
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    def check(self, entry: xds.DocumentEntry) -> tuple[xds.Verdict, ...]:
        """Is it what the registry announced?"""
        return xds.check_content(entry, sha1=self.sha1, size=self.size)


@dataclass(frozen=True, slots=True)
class RetrievedDocuments(Sequence[RetrievedDocument]):
    """The documents of an answer; `outcome` tells what is missing when it is a partial success."""

    documents: tuple[RetrievedDocument, ...]
    outcome: xds.RegistryResponse = xds.SUCCESS

    @overload
    def __getitem__(self, index: int) -> RetrievedDocument: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RetrievedDocument, ...]: ...
    def __getitem__(self, index: int | slice) -> RetrievedDocument | tuple[RetrievedDocument, ...]:
        return self.documents[index]

    def __len__(self) -> int:
        return len(self.documents)


def request(call: Call, documents: Sequence[tuple[str, str]]) -> HttpRequest:
    """Ask for documents, each by (repository_unique_id, unique_id)."""
    wanted = "".join(
        f"<DocumentRequest><RepositoryUniqueId>{escape_text(repository_id)}</RepositoryUniqueId>"
        f"<DocumentUniqueId>{escape_text(unique_id)}</DocumentUniqueId></DocumentRequest>"
        for repository_id, unique_id in documents
    )
    body = f'<RetrieveDocumentSetRequest xmlns="{XDSB}">{wanted}</RetrieveDocumentSetRequest>'
    return post(OPERATION, call, body.encode())


def read(response: HttpResponse) -> RetrievedDocuments:
    """The documents of an answer that is whole in memory. For large ones, see `retrieval.Retrieval`.

    Raises:
        SoapFault: refused before being read.
        RegistryFailure: the repository failed; every error is in `errors`.
        MalformedMessage: not the expected answer, or a document without its content.
    """
    received = mtom.read(response.content_type, response.body)
    outcome, described = read_root(received.root)
    documents = tuple(
        RetrievedDocument(known.repository_id, known.unique_id, known.mime_type, content_of(content, received))
        for known, content in described
    )
    return RetrievedDocuments(documents, outcome)


def read_root(root: bytes) -> tuple[xds.RegistryResponse, list[tuple[DocumentDescription, etree._Element]]]:
    """The outcome, and each document described with the element of its content.

    Raises:
        SoapFault, RegistryFailure, MalformedMessage: as `read`.
    """
    envelope = soap.read_envelope(parse_lean(root))
    soap.raise_for_fault(envelope, SENTENCES)
    body = _require(require_body(envelope), "RetrieveDocumentSetResponse")
    outcome = read_registry_response(body.find(REGISTRY_RESPONSE))
    xds.raise_for_failure(outcome.status, outcome.errors)
    return outcome, list(_described(body))


def _described(body: etree._Element) -> Iterator[tuple[DocumentDescription, etree._Element]]:
    for response in body.iterfind(f"{{{XDSB}}}DocumentResponse"):
        content = response.find(f"{{{XDSB}}}Document")
        if content is None:
            raise _malformed("xds:Document dans chaque xds:DocumentResponse", "aucun")
        names = ("RepositoryUniqueId", "DocumentUniqueId", "mimeType")
        yield DocumentDescription(*(text_of(response.find(f"{{{XDSB}}}{name}")) for name in names)), content


# ── National side ──────────────────────────────────────────────────────────────────────────────────────────────────


def parse(envelope: soap.Envelope) -> tuple[tuple[str, str], ...]:
    """The documents asked for, each by (repository_unique_id, unique_id).

    Raises:
        MalformedMessage: not a request of this transaction, or a request for nothing.
    """
    body = _require(require_body(envelope), "RetrieveDocumentSetRequest")
    wanted = tuple(
        (text_of(asked.find(f"{{{XDSB}}}RepositoryUniqueId")), text_of(asked.find(f"{{{XDSB}}}DocumentUniqueId")))
        for asked in body.iterfind(f"{{{XDSB}}}DocumentRequest")
    )
    if not wanted:
        raise _malformed("au moins un DocumentRequest", "aucun")
    return wanted


def respond(value: RetrievedDocuments, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its body."""
    message = stream(value, message_id=message_id, relates_to=relates_to)
    return message.content_type, b"".join(message.chunks)


def stream(value: RetrievedDocuments, *, message_id: str, relates_to: str) -> mtom.Multipart:
    """The answer in chunks, for contents too large to hold: a `content` may then be an iterable of chunks."""
    parts = [
        mtom.Part(f"doc-{rank}@dmp", document.mime_type, document.content)
        for rank, document in enumerate(value.documents, 1)
    ]
    described = "".join(_write(document, part) for document, part in zip(value.documents, parts, strict=True))
    outcome = write_registry_response(value.outcome).decode()
    body = f'<xds:RetrieveDocumentSetResponse xmlns:xds="{XDSB}">{outcome}{described}</xds:RetrieveDocumentSetResponse>'
    return reply_attached(OPERATION, body.encode(), parts, message_id=message_id, relates_to=relates_to)


def respond_fault(fault: soap.Fault, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write a fault as this service does, in MTOM."""
    envelope = soap.build_fault(fault, message_id=message_id, relates_to=relates_to)
    message = mtom.write(envelope, (), boundary=boundary(message_id))
    return message.content_type, b"".join(message.chunks)


def _write(document: RetrievedDocument, part: mtom.Part) -> str:
    return (
        f"<xds:DocumentResponse><xds:RepositoryUniqueId>{escape_text(document.repository_id)}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{escape_text(document.unique_id)}</xds:DocumentUniqueId>"
        f"<xds:mimeType>{escape_text(document.mime_type)}</xds:mimeType>"
        f"<xds:Document>{include(part.content_id)}</xds:Document></xds:DocumentResponse>"
    )


def _require(body: etree._Element, name: str) -> etree._Element:
    if body.tag != f"{{{XDSB}}}{name}":
        raise _malformed(f"xds:{name}", str(body.tag))
    return body


def _malformed(expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "Le message n'est pas celui de la récupération de documents.",
        code="td3-2-message",
        expected=expected,
        received=received,
        reference="IHE ITI TF-2, ITI-43",
    )
