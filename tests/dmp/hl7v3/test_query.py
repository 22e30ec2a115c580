"""PRPA_IN201307UV02: what we write is the official example, and what we read is what was written."""

from __future__ import annotations

import pytest
from lxml import etree

from support.same_xml import shape
from support.td_messages import example
from tramontane.dmp import hl7v3, soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.hl7v3 import DemographicsQuery, Device, InstanceId, PatientId

OFFICIAL = DemographicsQuery(
    message=InstanceId("1.2.250.1.999.77.1", "6f5e1a2c-64a7-4a0b-9a43-7b4f0f4ad001"),
    query=InstanceId("1.2.250.1.999.77.2", "c2f9d0de-2b51-4f65-9a67-1f0d9d0a7b11"),
    creation_time="20260302091530",
    sender=Device("1.2.250.1.999.77", "DPI EXEMPLE"),
    reason="TEST_EXST",
    patient=PatientId("1.2.250.1.213.1.4.10", "279035121518989"),
)


def body_of(name: str) -> etree._Element:
    body = soap.read_envelope(example(name)).body
    assert body is not None
    return body


def test_the_query_we_write_is_the_official_example():
    assert shape(etree.fromstring(hl7v3.build_query(OFFICIAL))) == shape(body_of("td02_request.xml"))


def test_the_official_example_reads_as_the_query_that_wrote_it():
    assert hl7v3.parse_query(body_of("td02_request.xml")) == OFFICIAL


def test_administrative_data_are_asked_with_another_reason_and_no_invented_label():
    query = DemographicsQuery(
        OFFICIAL.message, OFFICIAL.query, OFFICIAL.creation_time, OFFICIAL.sender, "CNSLT_DATA", OFFICIAL.patient
    )
    written = etree.fromstring(hl7v3.build_query(query))
    reason = written.find(".//{urn:hl7-org:v3}reasonCode")
    assert dict(reason.attrib) == {"code": "CNSLT_DATA", "codeSystem": "1.2.250.1.213.1.1.4.11"}
    assert hl7v3.parse_query(written) == query


def test_the_whole_ins_never_appears_in_the_repr_of_a_query():
    assert "279035121518989" not in repr(OFFICIAL)


def test_another_message_is_refused_and_named():
    with pytest.raises(MalformedMessage) as refused:
        hl7v3.parse_query(body_of("td02_response_active.xml"))
    assert refused.value.code == "hl7v3-autre-message"
    assert refused.value.received == "PRPA_IN201308UV02"


def test_a_message_without_query_is_refused_and_the_missing_element_named():
    body = etree.fromstring('<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3"><controlActProcess/></PRPA_IN201307UV02>')
    with pytest.raises(MalformedMessage) as refused:
        hl7v3.parse_query(body)
    assert refused.value.expected == "queryByParameter"


def test_a_query_without_patient_reads_with_an_empty_identifier_for_the_judge_to_refuse():
    body = body_of("td02_request.xml")
    for identifier in body.findall(".//{urn:hl7-org:v3}patientIdentifier"):
        identifier.getparent().remove(identifier)
    assert hl7v3.parse_query(body).patient == PatientId("", "")
