"""Envelopes: what we write reads back, and what the field sends is tolerated and noted."""

import pytest

from support.messages import header_names, message
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import Addressing, addressing_fault, build_envelope, read_envelope

SOAP_11 = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">%s</s:Envelope>'
SOAP_12 = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">%s</s:Envelope>'
WSA = b'xmlns="http://www.w3.org/2005/08/addressing"'


def test_a_request_reads_back_with_its_addressing_security_and_body():
    addressing = Addressing("urn:uuid:1", "urn:action?a=1&b=<2>", to="https://x.invalid/")
    envelope = read_envelope(build_envelope(addressing, b'<q xmlns="urn:q"/>', security=b'<vihf xmlns="urn:v"/>'))
    assert envelope.addressing == addressing
    assert envelope.security[0].tag == "{urn:v}vihf"
    assert envelope.body.tag == "{urn:q}q"
    assert envelope.fault is None
    assert envelope.deviations == ()


def test_a_request_has_the_headers_of_the_official_samples_in_their_order():
    ours = build_envelope(Addressing("urn:uuid:1", "urn:a", to="https://x.invalid/"), b"<q/>", security=b"<v/>")
    assert header_names(ours) == header_names(message("td31_request_find_documents.xml"))


def test_an_answer_has_the_headers_of_the_official_samples_in_their_order():
    ours = build_envelope(Addressing("urn:uuid:2", "urn:a", relates_to="urn:uuid:1"), b"<q/>")
    assert header_names(ours) == header_names(message("td31_response.xml"))
    assert read_envelope(ours).addressing.to == "http://www.w3.org/2005/08/addressing/anonymous"


def test_the_assertion_is_inserted_byte_for_byte():
    assertion = b'<a  b = "1"/>'
    assert assertion in build_envelope(Addressing("m", "a"), b"<q/>", security=assertion)


def test_a_soap_1_1_envelope_is_read_and_noted():
    envelope = read_envelope(SOAP_11 % b"<s:Body><q/></s:Body>")
    assert envelope.body.tag == "q"
    assert envelope.deviations == ("enveloppe SOAP 1.1 au lieu de 1.2",)


def test_must_understand_without_prefix_and_an_empty_destination_are_read_and_noted():
    headers = b'<s:Header><Action %s mustUnderstand="1">urn:a</Action><To %s/></s:Header><s:Body/>' % (WSA, WSA)
    envelope = read_envelope(SOAP_12 % headers)
    assert envelope.addressing.action == "urn:a"
    assert envelope.body is None
    assert envelope.deviations == ("mustUnderstand sans préfixe SOAP", "wsa:To vide")


def test_a_comment_in_a_header_never_truncates_it():
    envelope = read_envelope(SOAP_12 % (b"<s:Header><Action %s>urn:<!-- -->a</Action></s:Header><s:Body/>" % WSA))
    assert envelope.addressing.action == "urn:a"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<html/>", "soap:Envelope"),
        (b'<Envelope xmlns="urn:other"/>', "soap:Envelope"),
        (SOAP_12 % b"", "soap:Body"),
        (SOAP_12 % b"<s:Body/><s:Body/>", "soap:Body"),
    ],
)
def test_what_is_no_envelope_is_refused_with_what_was_expected(data, expected):
    with pytest.raises(MalformedMessage) as refused:
        read_envelope(data)
    assert expected in refused.value.expected


def test_a_request_without_message_id_or_action_gets_the_fault_of_ws_addressing():
    complete = read_envelope(build_envelope(Addressing("urn:uuid:1", "urn:a"), b"<q/>"))
    assert addressing_fault(complete) is None
    for addressing in (Addressing("", "urn:a"), Addressing("urn:uuid:1", "")):
        fault = addressing_fault(read_envelope(build_envelope(addressing, b"<q/>")))
        assert fault.name == "MessageAddressingHeaderRequired"
    assert addressing_fault(read_envelope(SOAP_12 % b"<s:Body/>")).code == "soap:Sender"
