"""TD3.2: documents come whole or streamed, hashed, and a missing one is told."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.messages import ANSWER_ID, MESSAGE_ID, body, call, message, mime, response, says, whole
from tramontane.dmp import soap, xds
from tramontane.dmp.errors import MalformedMessage, RegistryFailure, SoapFault
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import retrieval, td3_1, td3_2
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.verdicts import Outcome

REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
UNIQUE_ID = "1.2.250.1.999.77.3.1772440000001"


def answer(*contents, outcome=xds.SUCCESS):
    documents = tuple(
        td3_2.RetrievedDocument(REPOSITORY, f"1.2.{n}", "text/xml", content) for n, content in enumerate(contents)
    )
    return td3_2.RetrievedDocuments(documents, outcome)


def sent(value):
    return HttpResponse(200, *td3_2.respond(value, message_id=ANSWER_ID, relates_to=MESSAGE_ID))


def stream(content_type, chunks):
    """The documents that a stream gives, and its outcome."""
    reader = retrieval.Retrieval(content_type)
    documents, events = [], []
    for chunk in chunks:
        events += reader.feed(chunk)
    last, outcome = reader.close()
    for event in (*events, *last):
        match event:
            case retrieval.DocumentBegins(document=document):
                documents.append([document, b"", None])
            case retrieval.DocumentData(data=data):
                documents[-1][1] += bytes(data)
            case retrieval.DocumentEnds(sha1=sha1, size=size):
                assert size == len(documents[-1][1])
                documents[-1][2] = sha1
    return documents, outcome


def test_the_example_request_reads_and_what_we_write_equals_it():
    wanted = ((REPOSITORY, UNIQUE_ID),)
    assert td3_2.parse(soap.read_envelope(message("td32_request.xml"))) == wanted
    request = td3_2.request(call(), wanted)
    assert says(body(whole(request))) == says(body(message("td32_request.xml")))
    assert request.url.endswith("/repository")


def test_the_example_answer_is_what_the_registry_announced():
    (document,) = td3_2.read(response("td32_response.mime"))
    (entry,) = td3_1.read(response("td31_response.xml")).document_entries
    assert (document.repository_id, document.unique_id) == (REPOSITORY, entry.unique_id)
    assert document.mime_type == entry.mime_type
    assert [verdict.outcome for verdict in document.check(entry)] == [Outcome.PASSED, Outcome.PASSED]


def test_what_we_write_equals_the_example_answer():
    content_type, data = mime("td32_response.mime")
    (document,) = td3_2.read(response("td32_response.mime"))
    ours = sent(td3_2.RetrievedDocuments((document,)))
    expected = says(body(mtom.read(content_type, data).root))
    written = says(
        body(mtom.read(ours.content_type, ours.body).root.replace(b"doc-1@dmp", b"doc-1@dmp.example.invalid"))
    )
    assert written == expected


def test_a_damaged_document_is_seen_and_what_is_not_announced_is_not_run():
    (entry,) = td3_1.read(response("td31_response.xml")).document_entries
    damaged = td3_2.RetrievedDocument(REPOSITORY, UNIQUE_ID, "text/xml", b"x" * 488)
    assert [verdict.outcome for verdict in damaged.check(entry)] == [Outcome.PASSED, Outcome.FAILED]
    verdicts = damaged.check(xds.DocumentEntry())
    assert [verdict.outcome for verdict in verdicts] == [Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert verdicts[0].next_step


def test_several_documents_keep_their_order_and_can_be_indexed():
    documents = td3_2.read(sent(answer(b"a", b"b", b"c")))
    assert [bytes(document.content) for document in documents] == [b"a", b"b", b"c"]
    assert len(documents) == 3
    assert [document.unique_id for document in documents[1:]] == ["1.2.1", "1.2.2"]


def test_a_partial_success_gives_what_came_and_tells_what_did_not():
    error = xds.RegistryError("XDSDocumentUniqueIdError", "1.2.9", location="1.2.9")
    outcome = xds.RegistryResponse(xds.ResponseStatus.PARTIAL_SUCCESS, (error,))
    reply = sent(answer(b"a", outcome=outcome))
    assert td3_2.read(reply).outcome == outcome
    documents, streamed = stream(reply.content_type, [reply.body])
    assert streamed == outcome
    assert documents[0][1] == b"a"


def test_a_failure_is_raised_whole_or_streamed():
    outcome = xds.RegistryResponse(xds.ResponseStatus.FAILURE, (xds.RegistryError("XDSUnknownRepositoryId"),))
    reply = sent(answer(outcome=outcome))
    for attempt in (lambda: td3_2.read(reply), lambda: stream(reply.content_type, [reply.body])):
        with pytest.raises(RegistryFailure) as refused:
            attempt()
        assert refused.value.remote_code == "XDSUnknownRepositoryId"


def test_a_fault_is_raised_in_mtom_or_not_whole_or_streamed():
    fault = soap.Fault("soap:Sender", "soap:DMPAccessDeniedByRightsService", "non")
    in_mtom = HttpResponse(500, *td3_2.respond_fault(fault, message_id=ANSWER_ID, relates_to=MESSAGE_ID))
    for reply in (in_mtom, response("fault_access_denied_INFERRED.xml")):
        with pytest.raises(SoapFault):
            td3_2.read(reply)
        with pytest.raises(SoapFault):
            stream(reply.content_type, [reply.body])


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.integers(1, 400))
def test_a_stream_gives_the_same_documents_whatever_the_cut(contents, size):
    reply = sent(answer(*contents))
    documents, _ = stream(reply.content_type, [reply.body[n : n + size] for n in range(0, len(reply.body), size)])
    assert [document[1] for document in documents] == contents
    assert [document[2] for document in documents] == [hashlib.sha1(content).hexdigest() for content in contents]


def test_a_streamed_document_is_checked_against_the_registry():
    (entry,) = td3_1.read(response("td31_response.xml")).document_entries
    reader = retrieval.Retrieval(mime("td32_response.mime")[0])
    ended = [event for event in reader.feed(mime("td32_response.mime")[1]) if isinstance(event, retrieval.DocumentEnds)]
    assert [verdict.outcome for verdict in ended[0].check(entry)] == [Outcome.PASSED, Outcome.PASSED]


def inline(text):
    """An answer whose only document is in the envelope."""
    (document,) = td3_2.read(response("td32_response.mime"))
    reply = sent(td3_2.RetrievedDocuments((document,)))
    root = mtom.read(reply.content_type, reply.body).root
    start, end = root.index(b"<xop:Include"), root.index(b"</xds:Document>")
    return HttpResponse(200, "application/soap+xml", root[:start] + text + root[end:])


def test_a_document_inside_the_envelope_is_read_whole_or_streamed():
    reply = inline(b"YWJj\n ZGVm")
    assert bytes(td3_2.read(reply)[0].content) == b"abcdef"
    documents, _ = stream(reply.content_type, [reply.body[:50], reply.body[50:]])
    assert documents[0][1] == b"abcdef"


def test_a_document_inside_the_envelope_that_is_not_base64_is_refused():
    with pytest.raises(MalformedMessage):
        td3_2.read(inline(b"not base64"))
    with pytest.raises(MalformedMessage, match="illisible"):
        td3_2.read(inline("QUJDé===".encode()))


BROKEN = {
    "a reference to nothing": (b"cid:doc-1@dmp", b"cid:doc-7@dmp"),
    "a reference that is no content id": (b"cid:doc-1@dmp", b"http://elsewhere/"),
    "the same part for two documents": (b"cid:doc-2@dmp", b"cid:doc-1@dmp"),
    "no content": (b"xds:Document>", b"xds:Nothing>"),
    "another message": (b"RetrieveDocumentSetResponse", b"RetrieveDocumentSetAnything"),
    "no outcome": (b"rs:RegistryResponse", b"rs:Anything"),
    "an unknown status": (b"ResponseStatusType:Success", b"ResponseStatusType:Maybe"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_is_refused_in_a_stream(case):
    reply = sent(answer(b"a", b"b"))
    with pytest.raises(MalformedMessage):
        stream(reply.content_type, [reply.body.replace(*BROKEN[case])])


@pytest.mark.parametrize("case", [case for case in BROKEN if "same part" not in case])
def test_a_broken_answer_is_refused_whole(case):
    reply = sent(answer(b"a", b"b"))
    with pytest.raises(MalformedMessage):
        td3_2.read(HttpResponse(200, reply.content_type, reply.body.replace(*BROKEN[case])))


def test_a_cut_answer_is_refused():
    reply = sent(answer(b"a"))
    with pytest.raises(MalformedMessage):
        stream(reply.content_type, [reply.body[:-10]])
    with pytest.raises(MalformedMessage):
        stream("application/soap+xml", [])


def test_a_stream_needs_its_envelope_first():
    body_ = b"--b\r\nContent-ID: <x>\r\n\r\nx\r\n--b\r\nContent-ID: <r>\r\n\r\n<root/>\r\n--b--"
    with pytest.raises(MalformedMessage):
        stream('multipart/related; boundary=b; start="<r>"', [body_])


def test_an_envelope_that_never_ends_is_refused():
    reader = retrieval.Retrieval("application/soap+xml")
    with pytest.raises(MalformedMessage):
        reader.feed(b"x" * (retrieval.MAX_ROOT_BYTES + 1))


def test_a_part_that_nothing_references_is_no_document():
    reply = sent(answer(b"a"))
    extra = reply.body.replace(
        b"Content-ID: <doc-1@dmp>",
        b"Content-ID: <stray@dmp>\r\n\r\nstray\r\n--uuid:" + ANSWER_ID[9:].encode() + b"\r\nContent-ID: <doc-1@dmp>",
    )
    assert [bytes(document.content) for document in td3_2.read(HttpResponse(200, reply.content_type, extra))] == [b"a"]
    assert [document[1] for document in stream(reply.content_type, [extra])[0]] == [b"a"]


def test_a_request_for_nothing_or_of_another_transaction_is_refused():
    with pytest.raises(MalformedMessage):
        td3_2.parse(soap.read_envelope(whole(td3_2.request(call(), []))))
    with pytest.raises(MalformedMessage):
        td3_2.parse(soap.read_envelope(message("td31_request_find_documents.xml")))
