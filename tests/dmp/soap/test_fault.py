"""Faults, both ways, and the sentence each one becomes."""

import pytest
from lxml import etree

from support.messages import message, says
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.soap import FAULT_SENTENCES, Fault, build_fault, raise_for_fault, read_envelope

WRITTEN = {
    "fault_invalid_certificate.xml": Fault(
        "soap:Sender",
        "soap:DMPInvalidCertificate",
        "Le certificat ayant signé le VIHF est invalide : Not a valid signature certificate",
    ),
    "fault_access_denied_INFERRED.xml": Fault(
        "soap:Sender", "soap:DMPAccessDeniedByRightsService", "Accès refusé par le service des droits"
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_example_reads_and_what_we_write_equals_it(name):
    envelope = read_envelope(message(name))
    assert envelope.fault == WRITTEN[name]
    ours = build_fault(
        WRITTEN[name], message_id=envelope.addressing.message_id, relates_to=envelope.addressing.relates_to
    )
    assert says(etree.fromstring(ours)) == says(etree.fromstring(message(name)))


def test_a_fault_to_a_request_without_id_relates_to_nothing():
    assert b"RelatesTo" not in build_fault(Fault("soap:Sender", "", "?"), message_id="urn:uuid:1", relates_to="")


@pytest.mark.parametrize("subcode", ["soap:X", "wsa:X", ""])
def test_a_fault_reads_back(subcode):
    fault = Fault("soap:Receiver", subcode, "a < b & c")
    assert read_envelope(build_fault(fault, message_id="m", relates_to="r")).fault == fault


def test_a_code_without_prefix_is_written_in_the_soap_namespace():
    fault = read_envelope(build_fault(Fault("Sender", "DMPX", ""), message_id="m", relates_to="")).fault
    assert (fault.code, fault.subcode) == ("soap:Sender", "soap:DMPX")


def test_prefixes_are_read_by_their_namespace_and_unknown_ones_kept():
    data = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code>'
        b"<e:Value>e:Sender</e:Value><e:Subcode><e:Value xmlns:x='urn:x'>x:Odd</e:Value></e:Subcode></e:Code>"
        b"</e:Fault></e:Body></e:Envelope>"
    )
    assert read_envelope(data).fault == Fault("soap:Sender", "x:Odd", "")


@pytest.mark.parametrize(("code", "read"), [("s:Client", "soap:Sender"), ("s:Server", "soap:Receiver"), ("X", "X")])
def test_a_soap_1_1_fault_is_read(code, read):
    data = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>{code}</faultcode>'
        "<faultstring>non</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    assert read_envelope(data.encode()).fault == Fault(read, "", "non")


def raised(fault: Fault) -> SoapFault:
    with pytest.raises(SoapFault) as refused:
        raise_for_fault(read_envelope(build_fault(fault, message_id="m", relates_to="r")))
    return refused.value


def test_a_fault_is_raised_with_its_code_and_reason_verbatim():
    error = raised(Fault("soap:Sender", "soap:DMPInvalidCertificate", "motif"))
    assert (error.remote_code, error.remote_text) == ("DMPInvalidCertificate", "motif")
    assert "certificat" in error.message
    assert error.next_step


def test_each_known_code_has_its_own_sentence():
    sentences = [raised(Fault("soap:Sender", f"soap:{code}", "")).message for code in FAULT_SENTENCES]
    assert len(set(sentences)) == len(FAULT_SENTENCES)


def test_an_unknown_code_says_whose_fault_it_is():
    assert raised(Fault("soap:Receiver", "", "")).message != raised(Fault("soap:Sender", "soap:New", "")).message
    assert raised(Fault("soap:Sender", "soap:New", "")).remote_code == "New"


def test_what_is_not_a_fault_raises_nothing():
    raise_for_fault(read_envelope(message("td31_response.xml")))
