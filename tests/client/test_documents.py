"""Documents through the client: whole, streamed in bounded memory, fed and updated."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.dmp_client import FACES, PATIENT, PHYSICIAN, REFUSED, Outcomes, setting
from support.national import entry, submission_set
from support.tls_server import Behaviour, Received, answer, asked_by, serve
from tramontane.client import DmpClient, Limits, Phase, RetryPolicy, TransportError, operations
from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage, SoapFault
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import td2_1, td3_2, td3_3
from tramontane.dmp.transactions.retrieval import DocumentBegins, DocumentData, DocumentEnds, DocumentEvent
from tramontane.dmp.xds import SUCCESS

REPOSITORY = "1.2.250.1.999.9"
ASKED = [(REPOSITORY, "1.2.3.1"), (REPOSITORY, "1.2.3.2")]
PATIENCE = Limits(deadline=20.0)
MEGABYTE = 1024 * 1024
IDS = {"message_id": "urn:uuid:1"}

Face = Callable[..., Outcomes]


@pytest.fixture(params=list(FACES))
def face(request: pytest.FixtureRequest) -> Face:
    return FACES[request.param]


def document(unique_id: str, content: Any) -> td3_2.RetrievedDocument:
    return td3_2.RetrievedDocument(REPOSITORY, unique_id, "text/xml", content)


def multipart(*documents: td3_2.RetrievedDocument, cut_after: int | None = None) -> Behaviour:
    """The answer of a repository, streamed; `cut_after` hangs up after that many bytes."""

    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        message = td3_2.stream(td3_2.RetrievedDocuments(documents), **IDS, relates_to=asked_by(request))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {message.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        sent = 0
        for chunk in message.chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + bytes(chunk) + b"\r\n")
            await writer.drain()
            sent += len(chunk)
            if cut_after is not None and sent > cut_after:
                writer.close()
                return
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return behave


def test_documents_are_retrieved_whole(face: Face) -> None:
    with serve(multipart(document("1.2.3.1", b"<a/>"), document("1.2.3.2", b"\x00\r\n--\xff"))) as running:
        found = face(setting(running.base_url), operations.retrieve(PHYSICIAN, PATIENT, ASKED)).only
    assert [bytes(one.content) for one in found] == [b"<a/>", b"\x00\r\n--\xff"]
    assert running.requests[0].head.startswith("POST /services/repository ")


def test_documents_are_streamed_to_a_sink(face: Face) -> None:
    events: list[DocumentEvent] = []

    def keep(event: DocumentEvent) -> None:
        events.append(DocumentData(memoryview(bytes(event.data))) if isinstance(event, DocumentData) else event)

    contents = (b"x" * 300_000, b"<b/>")
    with serve(multipart(*(document(f"1.2.3.{rank}", one) for rank, one in enumerate(contents, 1)))) as running:
        outcome = face(
            setting(running.base_url, limits=PATIENCE), operations.retrieve_to(PHYSICIAN, PATIENT, ASKED, keep)
        ).only
    assert outcome == SUCCESS
    begun = [event.document.unique_id for event in events if isinstance(event, DocumentBegins)]
    ended = [event for event in events if isinstance(event, DocumentEnds)]
    assert begun == [event.document.unique_id for event in ended] == ["1.2.3.1", "1.2.3.2"]
    assert [event.sha1 for event in ended] == [hashlib.sha1(one).hexdigest() for one in contents]
    assert b"".join(event.data for event in events if isinstance(event, DocumentData)) == b"".join(contents)


def test_fifty_megabytes_pass_in_bounded_memory(face: Face) -> None:
    size = 50 * MEGABYTE
    received = 0

    def count(event: DocumentEvent) -> None:
        nonlocal received
        received += len(event.data) if isinstance(event, DocumentData) else 0

    def content() -> Iterator[bytes]:
        chunk = b"%PDF" * (MEGABYTE // 64)
        for _ in range(size // len(chunk)):
            yield chunk

    plan = operations.retrieve_to(PHYSICIAN, PATIENT, ASKED[:1], count)
    with serve(multipart(document("1.2.3.1", content()))) as running:
        tracemalloc.start()
        try:
            outcome = face(setting(running.base_url, limits=Limits(deadline=60.0)), plan).only
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert outcome == SUCCESS
    assert received == size
    assert peak < 16 * MEGABYTE


def test_a_full_disk_under_the_sink_is_not_blamed_on_the_network(face: Face) -> None:
    def full(_event: DocumentEvent) -> None:
        raise OSError(28, "No space left on device")

    with (
        serve(multipart(document("1.2.3.1", b"<a/>"))) as running,
        pytest.raises(OSError, match="No space left") as caught,
    ):
        face(setting(running.base_url), operations.retrieve_to(PHYSICIAN, PATIENT, ASKED[:1], full))
    assert not isinstance(caught.value, TransportError)


def test_a_sink_that_calls_its_own_client_is_told_so_instead_of_hanging() -> None:
    with serve(multipart(document("1.2.3.1", b"<a/>"))) as running, DmpClient(setting(running.base_url)) as client:

        def calls(_event: DocumentEvent) -> None:
            client.status(PHYSICIAN, PATIENT)

        with pytest.raises(RuntimeError, match="its own thread"):
            client.retrieve_to(PHYSICIAN, PATIENT, ASKED[:1], calls)


def test_a_stream_cut_after_it_began_is_not_asked_again(face: Face) -> None:
    events: list[DocumentEvent] = []
    thrice = RetryPolicy(attempts=3, first_pause=0.01)
    with serve(multipart(document("1.2.3.1", b"x" * MEGABYTE), cut_after=100)) as running:
        plan = operations.retrieve_to(PHYSICIAN, PATIENT, ASKED[:1], events.append)
        error = face(setting(running.base_url, limits=PATIENCE, retry=thrice), plan).only
        assert len(running.requests) == 1
    assert isinstance(error, TransportError)
    assert error.phase is Phase.READING
    assert not any(isinstance(event, DocumentEnds) for event in events)


def test_a_fault_in_answer_to_a_streamed_request_is_the_dmp_s_refusal(face: Face) -> None:
    with serve(REFUSED) as running:
        plan = operations.retrieve_to(PHYSICIAN, PATIENT, ASKED, lambda event: None)
        assert isinstance(face(setting(running.base_url), plan).only, SoapFault)


def test_an_answer_that_is_neither_mtom_nor_soap_is_unreadable(face: Face) -> None:
    async def html(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n<p")

    with serve(html) as running:
        plan = operations.retrieve_to(PHYSICIAN, PATIENT, ASKED, lambda event: None)
        assert isinstance(face(setting(running.base_url), plan).only, MalformedMessage)


def test_the_documents_of_another_demand_are_not_poured(face: Face) -> None:
    other = td3_2.respond(
        td3_2.RetrievedDocuments((document("1.2.3.1", b"another"),)), **IDS, relates_to="urn:uuid:of-another-patient"
    )
    poured: list[DocumentEvent] = []
    with serve(answer(other[1], content_type=other[0])) as running:
        refused = face(setting(running.base_url), operations.retrieve_to(PHYSICIAN, PATIENT, ASKED, poured.append)).only
    assert isinstance(refused, MalformedMessage)
    assert refused.code == "reponse-autre-demande"
    assert poured == []


def accepted(module: Any) -> Behaviour:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        content_type, body = module.respond(SUCCESS, **IDS, relates_to=asked_by(request))
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()

    return behave


def header_of(request: Received, name: str) -> str:
    return next(line.partition(": ")[2] for line in request.head.split("\r\n") if line.lower().startswith(name + ":"))


def test_a_document_is_fed_in_indirecte_mode_streamed(face: Face) -> None:
    content = [b"<ClinicalDocument>", b"x" * 200_000, b"</ClinicalDocument>"]
    fed = td2_1.SubmittedDocument(entry(1, patient=PATIENT), content, sum(map(len, content)))
    submission = td2_1.Submission(submission_set(1, patient=PATIENT), (fed,))
    with serve(accepted(td2_1)) as running:
        outcome = face(
            setting(running.base_url, limits=PATIENCE), operations.submit(PHYSICIAN, PATIENT, submission)
        ).only
    assert outcome == SUCCESS
    (request,) = running.requests
    received = mtom.read(header_of(request, "content-type"), request.body)
    assert b"INDIRECTE<" in received.root
    assert b"CONF_EXI_PGSSIS" not in received.root
    read = td2_1.parse(soap.read_envelope(received.root), received)
    assert read.documents[0].content == b"".join(content)


def test_a_document_is_masked(face: Face) -> None:
    known = entry(1, patient=PATIENT, logical_id="urn:uuid:00000000-0000-4000-8000-000000000001", version="1")
    change = td3_3.mask(known, submission_set(1, patient=PATIENT))
    with serve(accepted(td3_3)) as running:
        outcome = face(setting(running.base_url), operations.update(PHYSICIAN, PATIENT, change)).only
    assert outcome == SUCCESS
    read = td3_3.parse(soap.read_envelope(running.requests[0].body))
    assert isinstance(read, td3_3.MetadataUpdate)
    assert read.entry.masked_to_professionals


def test_metadata_the_profile_forbids_are_refused_before_anything_is_sent(face: Face) -> None:
    from tramontane.dmp.errors import InvalidMetadata

    fed = td2_1.SubmittedDocument(entry(1, patient=PATIENT, title=""), b"x")
    submission = td2_1.Submission(submission_set(1, patient=PATIENT), (fed,))
    with serve(accepted(td2_1)) as running:
        error = face(setting(running.base_url), operations.submit(PHYSICIAN, PATIENT, submission)).only
        assert running.connections == 0
    assert isinstance(error, InvalidMetadata)
