"""TD3.3: what we write equals the examples; a document in another state is not touched."""

import msgspec
import pytest

from support.messages import ANSWER_ID, MESSAGE_ID, body, call, message, response, says, whole
from tramontane.dmp import soap, xds
from tramontane.dmp.errors import InvalidMetadata, LocalError, MalformedMessage
from tramontane.dmp.transactions import td3_1, td3_3
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.xds import AvailabilityStatus

UUID = "urn:uuid:9c2a7d10-2f0d-11f0-9a10-0050569e0002"


def entry(**changes):
    return msgspec.structs.replace(td3_1.read(response("td31_response.xml")).document_entries[0], **changes)


def read(name):
    return td3_3.parse(soap.read_envelope(message(name)))


def sent(update):
    return td3_3.parse(soap.read_envelope(whole(td3_3.request(call(), update))))


def submission_set():
    return read("td33d_request_archive.xml").submission_set


def test_archiving_what_was_read_equals_the_example():
    update = td3_3.archive(entry(), submission_set())
    assert says(body(whole(td3_3.request(call(), update)))) == says(body(message("td33d_request_archive.xml")))


def test_masking_what_was_read_equals_the_example():
    update = td3_3.mask(entry(), submission_set())
    assert says(body(whole(td3_3.request(call(), update)))) == says(body(message("td33a_request_mask.xml")))


def test_the_archive_example_reads():
    change = read("td33d_request_archive.xml")
    assert change == td3_3.StatusChange(
        change.submission_set, UUID, AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED
    )


def test_the_mask_example_reads():
    update = read("td33a_request_mask.xml")
    assert update.previous_version == "1"
    assert update.entry.logical_id == UUID
    assert update.entry.masked_to_professionals


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (td3_3.archive, AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED),
        (td3_3.unarchive, AvailabilityStatus.ARCHIVED, AvailabilityStatus.APPROVED),
        (td3_3.delete, AvailabilityStatus.APPROVED, AvailabilityStatus.DELETED),
        (td3_3.delete, AvailabilityStatus.ARCHIVED, AvailabilityStatus.DELETED),
    ],
)
def test_a_change_of_status_reads_back(operation, before, after):
    change = sent(operation(entry(availability_status=before), submission_set()))
    assert (change.entry_uuid, change.original, change.new) == (UUID, before, after)


@pytest.mark.parametrize(
    ("operation", "before"),
    [
        (td3_3.archive, AvailabilityStatus.ARCHIVED),
        (td3_3.unarchive, AvailabilityStatus.APPROVED),
        (td3_3.delete, AvailabilityStatus.DELETED),
        (td3_3.delete, None),
    ],
)
def test_a_document_in_another_status_is_not_touched(operation, before):
    with pytest.raises(LocalError) as refused:
        operation(entry(availability_status=before), submission_set())
    assert refused.value.expected
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("hide", "show"),
    [
        (xds.MASQUE_PS, td3_3.unmask),
        (xds.INVISIBLE_PATIENT, td3_3.make_visible_to_patient),
        (xds.INVISIBLE_REPRESENTANTS_LEGAUX, td3_3.make_visible_to_legal_representatives),
    ],
)
def test_showing_removes_only_its_own_code(hide, show):
    system = "1.2.250.1.213.1.1.4.13"
    codes = tuple(
        xds.Code(code, system, "x")
        for code in (xds.MASQUE_PS, xds.INVISIBLE_PATIENT, xds.INVISIBLE_REPRESENTANTS_LEGAUX)
    )
    hidden = entry(confidentiality_codes=(*entry().confidentiality_codes, *codes))
    left = {code.code for code in sent(show(hidden, submission_set())).entry.confidentiality_codes}
    assert left == {"N", xds.MASQUE_PS, xds.INVISIBLE_PATIENT, xds.INVISIBLE_REPRESENTANTS_LEGAUX} - {hide}
    with pytest.raises(LocalError):
        show(entry(), submission_set())


@pytest.mark.parametrize(
    ("hide", "show"),
    [
        (xds.MASQUE_PS, td3_3.unmask),
        (xds.INVISIBLE_PATIENT, td3_3.make_visible_to_patient),
        (xds.INVISIBLE_REPRESENTANTS_LEGAUX, td3_3.make_visible_to_legal_representatives),
    ],
)
@pytest.mark.parametrize(
    "details",
    [
        '<rim:Slot name="codingScheme"><rim:ValueList><rim:Value>s</rim:Value></rim:ValueList></rim:Slot>',
        "<rim:Name/>",
        "",
    ],
)
def test_a_code_that_came_without_label_is_removed_for_good(hide, show, details):
    hidden = with_confidentiality(hide, details)
    assert hide in {code.code for code in hidden.confidentiality_codes}
    request = whole(td3_3.request(call(), show(hidden, submission_set())))
    assert hide.encode() not in request
    assert b'nodeRepresentation="N"' in request


def with_confidentiality(code, details):
    """The example's entry as the registry answers it, with one more confidentiality code spelt in another way."""
    received = response("td31_response.xml")
    classification = (
        '<rim:Classification id="urn:uuid:1" classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f" '
        f'classifiedObject="{UUID}" nodeRepresentation="{code}">{details}</rim:Classification>'
    )
    body = received.body.replace(b"<rim:ExternalIdentifier", classification.encode() + b"<rim:ExternalIdentifier", 1)
    (found,) = td3_1.read(HttpResponse(received.status, received.content_type, body)).document_entries
    return found


def test_what_is_masked_is_not_masked_again():
    masked = td3_3.mask(entry(), submission_set()).entry
    with pytest.raises(LocalError):
        td3_3.mask(masked, submission_set())


@pytest.mark.parametrize("missing", ["logical_id", "version"])
def test_an_entry_that_the_registry_did_not_give_is_not_updated(missing):
    with pytest.raises(LocalError):
        td3_3.mask(entry(**{missing: ""}), submission_set())


def test_a_submission_set_without_author_is_not_sent():
    update = td3_3.archive(entry(), msgspec.structs.replace(submission_set(), authors=()))
    with pytest.raises(InvalidMetadata, match="authors"):
        td3_3.request(call(), update)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"UpdateAvailabilityStatus", b"Anything"),
        (b"StatusType:Archived", b"StatusType:Lost"),
        (b'<Slot name="NewStatus">', b'<Slot name="Else">'),
        (b"<Association ", b'<Association id="x" associationType="y" sourceObject="a" targetObject="b"/><Association '),
    ],
)
def test_another_update_is_refused(before, after):
    with pytest.raises(MalformedMessage):
        td3_3.parse(soap.read_envelope(message("td33d_request_archive.xml").replace(before, after)))


def test_the_outcome_reads_back():
    reply = HttpResponse(200, *td3_3.respond(xds.SUCCESS, message_id=ANSWER_ID, relates_to=MESSAGE_ID))
    assert td3_3.read(reply) == xds.SUCCESS
