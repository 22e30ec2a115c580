"""TD3.1: each example reads, what we write equals it, and what the registry says is told."""

from datetime import UTC, datetime

import msgspec
import pytest

from support.messages import ANSWER_ID, MESSAGE_ID, body, call, message, response, says, whole
from tramontane.dmp import soap, xds
from tramontane.dmp.errors import MalformedMessage, RegistryFailure, SoapFault
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.transactions.exchange import HttpResponse

PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
LOINC = "2.16.840.1.113883.6.1"
QUERIES = {
    "td31_request_find_documents.xml": xds.find_documents(
        xds.DocumentCriteria(
            patient_id=PATIENT,
            type_codes=(Coded("34112-3", LOINC), Coded("11502-2", LOINC)),
            service_start=xds.Period(datetime(2024, 3, 2, tzinfo=UTC)),
        )
    ),
    "td31_request_find_submission_sets.xml": xds.find_submission_sets(
        PATIENT, submitted=xds.Period(datetime(2026, 2, 15, 8, tzinfo=UTC))
    ),
    "td31_request_get_associations.xml": xds.get_associations(["urn:uuid:5b1f8a3c-2f0d-11f0-9a10-0050569e0001"]),
    "td31_request_get_documents_and_associations.xml": xds.get_documents_and_associations(
        entry_uuids=["urn:uuid:9c2a7d10-2f0d-11f0-9a10-0050569e0002"]
    ),
    "td31_request_reference_by_unique_id.xml": xds.get_documents(
        unique_ids=["1.2.250.1.999.77.3.1772440000001"], return_type=xds.ReturnType.OBJECT_REF
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_example_request_reads_and_what_we_write_equals_it(name):
    assert td3_1.parse(soap.read_envelope(message(name))) == QUERIES[name]
    request = td3_1.request(call(), QUERIES[name])
    assert says(body(whole(request))) == says(body(message(name)))


def test_a_request_is_addressed_to_the_registry_and_may_be_sent_again():
    request = td3_1.request(call(), QUERIES["td31_request_get_associations.xml"])
    assert request.url == "https://dmp.example.invalid/si-dmp-server/v2/services/registry"
    assert request.action == "urn:ihe:iti:2007:RegistryStoredQuery"
    assert request.idempotent
    assert b"<vihf/></wsse:Security>" in request.body


@pytest.mark.parametrize("name", ["td31_response.xml", "td31_response_empty.xml"])
def test_the_example_answer_reads_and_what_we_write_equals_it(name):
    answer = td3_1.read(response(name))
    content_type, ours = td3_1.respond(answer, message_id=ANSWER_ID, relates_to=MESSAGE_ID)
    assert content_type == "application/soap+xml; charset=utf-8"
    theirs = message(name)
    assert says(soap.read_envelope(ours).body) == says(soap.read_envelope(theirs).body)
    assert soap.read_envelope(ours).addressing == soap.read_envelope(theirs).addressing


def test_the_example_entry_has_every_field():
    (entry,) = td3_1.read(response("td31_response.xml")).document_entries
    assert entry.entry_uuid == entry.logical_id == "urn:uuid:9c2a7d10-2f0d-11f0-9a10-0050569e0002"
    assert entry.availability_status is xds.AvailabilityStatus.APPROVED
    assert entry.creation_time == datetime(2026, 2, 20, 13, 30, tzinfo=UTC)
    assert (entry.size, entry.hash) == (488, "8f58f57cc8bc0b17ea5a2a58d2575675547e9b5b")
    assert entry.type_code == Coded("34112-3", LOINC, "CR hospitalier (séjour)")
    assert entry.title == "Compte rendu hospitalier"
    assert entry.patient_id == PATIENT
    assert entry.source_patient_info[1] == "PID-7|19790328"
    assert xds.AuthorPerson.parse(entry.authors[0].person).family == "MARTIN"
    assert entry.kept.attributes == (("isOpaque", "false"),)


def test_a_failure_is_raised_with_its_errors_verbatim_and_its_own_sentence():
    with pytest.raises(RegistryFailure) as refused:
        td3_1.read(response("td31_response_error.xml"))
    error = refused.value
    severity = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
    assert error.errors == (("XDSUnknownPatientId", "patient inconnu du registre", severity, ""),)
    assert "patient" in error.message
    assert "INS" in error.next_step


def test_what_we_write_of_a_failure_equals_the_example():
    errors = (xds.RegistryError("XDSUnknownPatientId", "patient inconnu du registre"),)
    failed = xds.QueryResponse(status=xds.ResponseStatus.FAILURE, errors=errors)
    _, ours = td3_1.respond(failed, message_id=ANSWER_ID, relates_to=MESSAGE_ID)
    assert says(body(ours)) == says(body(message("td31_response_error.xml")))


def test_a_partial_success_is_an_answer_with_its_errors():
    warning = xds.RegistryError("XDSTooManyResults", "", xds.Severity.WARNING)
    partial = xds.QueryResponse(status=xds.ResponseStatus.PARTIAL_SUCCESS, errors=(warning,))
    content_type, ours = td3_1.respond(partial, message_id=ANSWER_ID, relates_to=MESSAGE_ID)
    assert b'highestSeverity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"' in ours
    assert td3_1.read(HttpResponse(200, content_type, ours)).errors == (warning,)


def test_a_fault_is_raised():
    with pytest.raises(SoapFault) as refused:
        td3_1.read(response("fault_access_denied_INFERRED.xml"))
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"


def test_a_registry_code_in_a_fault_has_the_sentence_of_the_registry():
    fault = soap.Fault("soap:Sender", "soap:XDSDocumentUniqueIdError", "uniqueId=urn:uuid:1")
    data = soap.build_fault(fault, message_id=ANSWER_ID, relates_to=MESSAGE_ID)
    with pytest.raises(SoapFault, match="ne trouve pas le document"):
        td3_1.read(HttpResponse(500, "application/soap+xml", data))


def test_an_answer_to_another_transaction_is_refused():
    with pytest.raises(MalformedMessage, match="pas celle de la transaction"):
        td3_1.read(response("td21_response.xml"))
    with pytest.raises(MalformedMessage):
        td3_1.parse(soap.read_envelope(message("td32_request.xml")))


def many(count):
    """An answer of `count` entries."""
    (entry,) = td3_1.read(response("td31_response.xml")).document_entries
    entries = tuple(msgspec.structs.replace(entry, entry_uuid=f"urn:uuid:{n}") for n in range(count))
    association = xds.Association(entry_uuid="a", source="s", target="t")
    answer = xds.QueryResponse(document_entries=entries, associations=(association,), total=count)
    return answer, td3_1.respond(answer, message_id=ANSWER_ID, relates_to=MESSAGE_ID)


def test_a_large_answer_reads_as_a_small_one_does():
    answer, (content_type, data) = many(300)
    assert len(data) > td3_1.TREE_BYTES
    assert td3_1.read(HttpResponse(200, content_type, data)) == answer


def test_entries_come_out_while_the_answer_arrives():
    answer, (_, data) = many(30)
    arrived = 0

    def chunks():
        nonlocal arrived
        for start in range(0, len(data), 1000):
            arrived += 1
            yield data[start : start + 1000]

    entries = xds.iter_entries(chunks())
    assert next(entries) == answer.document_entries[0]
    assert arrived < 12
    assert (answer.document_entries[0], *entries) == answer.document_entries


def test_a_failure_ends_the_stream():
    with pytest.raises(RegistryFailure):
        list(xds.iter_entries([message("td31_response_error.xml")]))


@pytest.mark.parametrize(
    "data", [b"", b"<a", b"<a/>", message("td31_response.xml")[:-40], message("td21_response.xml")]
)
def test_a_stream_that_is_cut_or_something_else_is_refused(data):
    with pytest.raises(MalformedMessage):
        list(xds.iter_entries([data]))


def test_a_fault_or_a_doctype_is_refused_in_a_stream_too():
    with pytest.raises(SoapFault):
        list(xds.iter_entries([message("fault_invalid_certificate.xml")]))
    with pytest.raises(MalformedMessage):
        list(xds.iter_entries([b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + message("td31_response.xml").split(b"?>", 1)[1]]))


def test_what_is_broken_in_the_middle_of_a_stream_is_refused():
    reader = xds.QueryResponseReader()
    with pytest.raises(MalformedMessage):
        reader.feed(b"<a></b>")


def test_an_object_inside_a_package_is_not_a_result():
    data = message("td31_response_empty.xml").replace(
        b"<rim:RegistryObjectList/>",
        b'<rim:RegistryObjectList><rim:RegistryPackage id="p"><rim:RegistryObjectList><rim:ObjectRef id="in"/>'
        b'</rim:RegistryObjectList></rim:RegistryPackage><rim:ObjectRef id="out"/></rim:RegistryObjectList>',
    )
    reader = xds.QueryResponseReader()
    found = reader.feed(data)
    assert [item.entry_uuid for item in found] == ["p", "out"]
    assert reader.close().total == 0
