"""TD3.2 as it arrives: contents of any size, in bounded memory, hashed on the way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lxml import etree

from tramontane.dmp import soap, xds
from tramontane.dmp.soap import mtom
from tramontane.dmp.soap.mtom.headers import malformed
from tramontane.dmp.transactions.attached import INCLUDE, inline_content
from tramontane.dmp.transactions.td3_2 import DocumentDescription, read_root

# The envelope alone: no answer describes enough documents to need more.
MAX_ROOT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DocumentBegins:
    """The content of this document follows."""

    document: DocumentDescription


@dataclass(frozen=True, slots=True)
class DocumentData:
    """A piece of the content."""

    data: memoryview


@dataclass(frozen=True, slots=True)
class DocumentEnds:
    """The content is complete; `sha1` and `size` are those of what was given."""

    document: DocumentDescription
    sha1: str
    size: int

    def check(self, entry: xds.DocumentEntry) -> tuple[xds.Verdict, ...]:
        """Is it what the registry announced? Ask before the content is used."""
        return xds.check_content(entry, sha1=self.sha1, size=self.size)


DocumentEvent = DocumentBegins | DocumentData | DocumentEnds


class Retrieval:
    """Feed it the chunks of the answer, it gives the documents' events; `close` tells whether all came.

    Args:
        asked: MessageID of the request; an answer that says it answers another one is refused. Empty: not looked at.

    Raises:
        MalformedMessage: the content type is neither MTOM nor SOAP.
    """

    def __init__(self, content_type: str, asked: str = "") -> None:
        self._asked = asked
        media_type = mtom.MediaType.parse(content_type)
        self._reader = mtom.MultipartReader(content_type) if media_type.is_multipart else None
        self._start = media_type.parameters.get("start", "").strip("<>")
        self._root: bytearray | None = bytearray()
        self._outcome = xds.SUCCESS
        self._expected: dict[str, DocumentDescription] = {}
        self._current: DocumentDescription | None = None
        self._hash = hashlib.sha1(usedforsecurity=False)
        self._size = 0

    def feed(self, chunk: bytes) -> list[DocumentEvent]:
        """The events that this chunk completes.

        Raises:
            SoapFault: refused before being read.
            RegistryFailure: the repository failed.
            MalformedMessage: not the expected answer.
        """
        if self._reader is None:
            self._gather(memoryview(chunk))
            return []
        events: list[DocumentEvent] = []
        for event in self._reader.feed(chunk):
            match event:
                case mtom.PartBegins(content_id=content_id):
                    events += self._begin(content_id)
                case mtom.PartData(data=data):
                    events += self._data(data)
                case mtom.PartEnds():
                    events += self._end()
        return events

    def close(self) -> tuple[list[DocumentEvent], xds.RegistryResponse]:
        """The last events (of an answer without MTOM) and the outcome, which tells what a partial success lacks.

        Raises:
            SoapFault, RegistryFailure: as `feed`.
            MalformedMessage: the message is cut, or a document came without its content.
        """
        events: list[DocumentEvent] = []
        if self._reader is None:
            events = self._read_root()
        else:
            self._reader.close()
        if self._root is not None or self._expected:
            raise malformed("un contenu pour chaque document annoncé", "un contenu manque", "XOP 1.0, §2.1")
        return events, self._outcome

    def _begin(self, content_id: str) -> list[DocumentEvent]:
        if self._root is not None:
            if self._start and content_id != self._start:
                raise malformed("l'enveloppe SOAP en première partie", "une autre partie", "RFC 2387, §3.2")
            return []
        self._current = self._expected.pop(content_id, None)  # a part nobody references is passed over
        return [DocumentBegins(self._current)] if self._current else []

    def _data(self, data: memoryview) -> list[DocumentEvent]:
        if self._root is not None:
            self._gather(data)
            return []
        if self._current is None:
            return []
        self._hash.update(data)
        self._size += len(data)
        return [DocumentData(data)]

    def _end(self) -> list[DocumentEvent]:
        if self._root is not None:
            return self._read_root()
        if self._current is None:
            return []
        ended = DocumentEnds(self._current, self._hash.hexdigest(), self._size)
        self._current, self._hash, self._size = None, hashlib.sha1(usedforsecurity=False), 0
        return [ended]

    def _gather(self, data: memoryview) -> None:
        self._root = self._root or bytearray()
        self._root += data
        if len(self._root) > MAX_ROOT_BYTES:
            raise malformed(f"une enveloppe d'au plus {MAX_ROOT_BYTES} octets", "davantage", "limite locale")

    def _read_root(self) -> list[DocumentEvent]:
        root = bytes(self._root or b"")
        if self._asked:
            soap.require_answer_to(root, self._asked)
        self._outcome, described = read_root(root)
        self._root = None
        events: list[DocumentEvent] = []
        for document, content in described:
            reference = content.find(INCLUDE)
            if reference is None:
                events += self._inline(document, content)
                continue
            content_id = mtom.content_id_of(reference.get("href", ""))
            if not content_id or content_id in self._expected:
                raise malformed("une partie pour chaque document", "une référence vide ou répétée", "XOP 1.0, §2.1")
            self._expected[content_id] = document
        return events

    def _inline(self, document: DocumentDescription, content: etree._Element) -> list[DocumentEvent]:
        self._current = document
        return [DocumentBegins(document), *self._data(inline_content(content)), *self._end()]
