"""TD2.1: what we feed equals the example, and what the French profile forbids is not sent."""

import msgspec
import pytest

from support.messages import ANSWER_ID, MESSAGE_ID, body, call, message, mime, response, says, whole
from tramontane.dmp import soap, xds
from tramontane.dmp.errors import InvalidMetadata, MalformedMessage, RegistryFailure
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import td2_1
from tramontane.dmp.transactions.exchange import HttpResponse


def received(content_type=None, data=None):
    example_type, example = mime("td21_request.mime")
    return mtom.read(content_type or example_type, data or example)


def example():
    parts = received()
    return td2_1.parse(soap.read_envelope(parts.root), parts)


def parsed(request):
    parts = mtom.read(request.content_type, whole(request))
    return td2_1.parse(soap.read_envelope(parts.root), parts)


def test_the_example_reads():
    submission = example()
    assert submission.submission_set.title == "Lot de soumission"
    assert submission.submission_set.content_type.code == "03"
    (document,) = submission.documents
    assert document.entry.title == "Compte rendu hospitalier"
    assert len(document.content) == 488
    assert document.replaces == ""


def test_what_we_write_equals_the_example():
    request = td2_1.request(call(), example())
    ours = mtom.read(request.content_type, whole(request))
    assert says(body(ours.root.replace(b"doc-1@dpi", b"doc-1@dpi.example.invalid"))) == says(body(received().root))
    assert [bytes(part) for part in ours.parts.values()] == [bytes(part) for part in received().parts.values()]
    assert request.action in request.content_type
    assert request.length == len(whole(request))
    assert not request.idempotent


def test_several_documents_a_replacement_and_streamed_contents_read_back():
    (document,) = example().documents
    second = msgspec.structs.replace(document.entry, unique_id="1.2.3")
    submission = td2_1.Submission(
        example().submission_set,
        (document, td2_1.SubmittedDocument(second, [b"ab", b"c"], replaces="urn:uuid:old")),
    )
    request = td2_1.request(call(), submission)
    assert request.length is None
    first, replacing = parsed(request).documents
    assert (first.replaces, replacing.replaces) == ("", "urn:uuid:old")
    assert bytes(replacing.content) == b"abc"
    assert replacing.entry.entry_uuid == "Document02"


def test_every_fault_of_the_metadata_is_told_before_anything_is_sent():
    (document,) = example().documents
    wrong = msgspec.structs.replace(document.entry, title="", unique_id="not an oid")
    with pytest.raises(InvalidMetadata) as refused:
        td2_1.request(call(), td2_1.Submission(example().submission_set, (td2_1.SubmittedDocument(wrong, b""),)))
    assert [fault.field for fault in refused.value.faults] == ["document 1, title", "document 1, unique_id"]


def test_the_example_answer_reads_and_what_we_write_equals_it():
    assert td2_1.read(response("td21_response.xml")) == xds.SUCCESS
    _, ours = td2_1.respond(xds.SUCCESS, message_id=ANSWER_ID, relates_to=MESSAGE_ID)
    assert says(body(ours)) == says(body(message("td21_response.xml")))


def test_a_failure_is_raised_with_every_error():
    errors = (xds.RegistryError("XDSRegistryMetadataError", "classCode"), xds.RegistryError("NewCode", "?"))
    failed = xds.RegistryResponse(xds.ResponseStatus.FAILURE, errors)
    reply = HttpResponse(200, *td2_1.respond(failed, message_id=ANSWER_ID, relates_to=MESSAGE_ID))
    with pytest.raises(RegistryFailure) as refused:
        td2_1.read(reply)
    assert [error[0] for error in refused.value.errors] == ["XDSRegistryMetadataError", "NewCode"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b'<xds:Document id="Document01">', b'<xds:Document id="Document07">', "XDSMissingDocument"),
        (b'<xds:Document id="Document01">', b'<xds:Document id="Document07">', "XDSMissingDocumentMetadata"),
        (b"cid:doc-1@", b"cid:doc-2@", "XDSMissingDocument"),
    ],
)
def test_a_document_without_content_or_without_description_is_answered_with_its_code(before, after, code):
    parts = received()
    with pytest.raises(RegistryFailure) as refused:
        td2_1.parse(soap.read_envelope(parts.root.replace(before, after)), parts)
    assert code in [error[0] for error in refused.value.errors]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"ProvideAndRegisterDocumentSetRequest", b"Something"),
        (b"lcm:SubmitObjectsRequest", b"lcm:Something"),
        (b"RegistryPackage", b"Something"),
    ],
)
def test_another_message_is_refused(before, after):
    parts = received()
    with pytest.raises(MalformedMessage):
        td2_1.parse(soap.read_envelope(parts.root.replace(before, after)), parts)


def test_a_comment_in_a_value_does_not_truncate_it():
    parts = received()
    root = parts.root.replace(b"<Value>fr-FR</Value>", b"<Value>fr<!-- x -->-FR</Value>")
    assert td2_1.parse(soap.read_envelope(root), parts).documents[0].entry.language_code == "fr-FR"
