"""TD0.2 and TD1.3a, both sides, against the official examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from support.same_xml import shape_of
from support.td_messages import CALL, PATIENT, answered, example, whole
from tramontane.dmp import soap
from tramontane.dmp.errors import AcknowledgementError, MalformedMessage, SoapFault
from tramontane.dmp.hl7v3 import Reason, Traits
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.td0_2 import Authorisation, DmpStatus, StatusAnswer, StatusRefusal

REQUEST_ID = CALL.message_id
ANSWER_ID = "urn:uuid:3f0a6a1e-9a10-4a0c-8d8a-5d6e0d0b2202"
OFFICIAL_ID = "urn:uuid:8d1f4c52-0f3d-4a35-8d0c-2d7bb9a0e001"  # the sample's HL7 id differs from its MessageID
TRAITS = Traits("MME", "DOMINIQUE", "PAT-TROIS", "PAT-TROIS", "F", "19790328")
ANSWERED_AT = datetime(2026, 3, 2, 9, 15, 31, tzinfo=UTC)


def query(reason: Reason = Reason.TEST_EXST):
    return td0_2.parse(soap.read_envelope(whole(td0_2.request(CALL, PATIENT, reason=reason))))


def round_trip(value, patient=None) -> DmpStatus:
    content_type, body = td0_2.respond(value, message_id=ANSWER_ID, relates_to=REQUEST_ID)
    return td0_2.read(answered(body, content_type), patient=patient)


def test_the_request_goes_to_the_patients_service_and_may_be_sent_again():
    request = td0_2.request(CALL, PATIENT)
    assert request.url == "https://dmp.example.invalid/si-dmp-server/v2/services/patients"
    assert (request.transaction, request.idempotent) == ("TD0.2", True)
    assert request.action == "urn:hl7-org:v3:PRPA_IN201307UV02"
    assert request.content_type == "application/soap+xml; charset=utf-8"
    assert td0_2.request(CALL, PATIENT, reason=Reason.CNSLT_DATA).transaction == "TD1.3a"


def test_the_request_carries_the_token_and_the_addressing():
    envelope = soap.read_envelope(whole(td0_2.request(CALL, PATIENT)))
    assert envelope.security is not None
    assert [child.tag for child in envelope.security] == ["jeton"]
    assert envelope.addressing.message_id == CALL.message_id
    assert envelope.addressing.action == td0_2.OPERATION.action


def test_the_national_side_reads_what_was_asked():
    read = query(Reason.CNSLT_DATA)
    assert read.reason == "CNSLT_DATA"
    assert (read.patient.root, read.patient.extension) == (InsAuthority.NIR_TEST.value, PATIENT.value)
    assert read.creation_time == "20260302091530"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("active", (True, True, Authorisation.VALIDE, False, True, True)),
        ("not_authorized", (True, True, Authorisation.NON_EXISTE, False, True, True)),
        ("unknown", (False, False, None, False, None, None)),
    ],
)
def test_the_official_answers_read_as_statuses(name, status):
    read = td0_2.read(answered(example(f"td02_response_{name}.xml")))
    assert status == (
        read.exists,
        read.open,
        read.authorisation,
        read.is_medecin_traitant,
        read.internet_account,
        read.attached_to_mes,
    )
    assert read.opposition_bris_de_glace is None


@pytest.mark.parametrize(("name", "authorisation"), [("active", "VALIDE"), ("not_authorized", "NON_EXISTE")])
def test_the_answer_we_write_is_the_official_example(name, authorisation):
    official_query = td0_2.parse(soap.read_envelope(example("td02_request.xml")))
    status = DmpStatus(True, True, Authorisation(authorisation), internet_account=True, attached_to_mes=True)
    value = StatusAnswer(official_query, status, ANSWERED_AT, TRAITS)
    _, body = td0_2.respond(value, message_id=OFFICIAL_ID, relates_to=REQUEST_ID)
    assert shape_of(body) == shape_of(
        example(f"td02_response_{name}.xml").replace(ANSWER_ID.encode(), OFFICIAL_ID.encode())
    )


def test_the_answer_for_an_unknown_patient_is_the_official_example():
    official_query = td0_2.parse(soap.read_envelope(example("td02_request.xml")))
    value = StatusAnswer(official_query, DmpStatus(False, False), ANSWERED_AT, TRAITS)
    _, body = td0_2.respond(value, message_id=OFFICIAL_ID, relates_to=REQUEST_ID)
    official = example("td02_response_unknown.xml").replace(ANSWER_ID.encode(), OFFICIAL_ID.encode())
    assert shape_of(body) == shape_of(official)


@pytest.mark.parametrize("authorisation", list(Authorisation))
def test_every_authorisation_survives_the_wire(authorisation):
    status = DmpStatus(True, True, authorisation, is_medecin_traitant=True)
    read = round_trip(StatusAnswer(query(), status, ANSWERED_AT), PATIENT)
    assert (read.authorisation, read.authorisation_code, read.is_medecin_traitant) == (
        authorisation,
        authorisation.value,
        True,
    )


def test_an_authorisation_nobody_knows_is_kept_verbatim_and_grants_nothing():
    read = round_trip(StatusAnswer(query(), DmpStatus(True, True, authorisation_code="SUSPENDUE"), ANSWERED_AT))
    assert (read.authorisation, read.authorisation_code) == (None, "SUSPENDUE")


def test_a_status_without_authorisation_is_written_as_absent_authorisation():
    read = round_trip(StatusAnswer(query(), DmpStatus(True, True), ANSWERED_AT))
    assert read.authorisation is Authorisation.NON_EXISTE


def test_administrative_data_tell_the_two_oppositions():
    status = DmpStatus(True, True, Authorisation.VALIDE, opposition_bris_de_glace=True, opposition_acces_urgence=False)
    read = round_trip(StatusAnswer(query(Reason.CNSLT_DATA), status, ANSWERED_AT, TRAITS), PATIENT)
    assert (read.opposition_bris_de_glace, read.opposition_acces_urgence) == (True, False)
    assert read.internet_account is None


def test_a_closed_dmp_exists_is_not_open_and_says_since_when_and_why():
    status = DmpStatus(True, False, closing_date=date(2025, 11, 3), closing_motive="FERMETURE_DEMANDE_PATIENT")
    read = round_trip(StatusAnswer(query(), status, ANSWERED_AT))
    assert (read.exists, read.open) == (True, False)
    assert (read.closing_date, read.closing_motive) == (date(2025, 11, 3), "FERMETURE_DEMANDE_PATIENT")


def test_the_status_holds_no_identity_trait():
    read = round_trip(StatusAnswer(query(), DmpStatus(True, True, Authorisation.VALIDE), ANSWERED_AT, TRAITS))
    assert "DOMINIQUE" not in repr(read)
    assert not {"name", "traits", "birth_date"} & set(DmpStatus.__dataclass_fields__)


def test_an_unreadable_boolean_is_unknown_not_false():
    body = example("td02_response_active.xml").replace(b'BL" value="true"', b'BL" value="oui"')
    read = td0_2.read(answered(body))
    assert (read.internet_account, read.attached_to_mes) == (None, None)


def test_a_refusal_carries_the_code_and_text_verbatim():
    refusal = StatusRefusal(query(), "DMPXyz", "Structure introuvable ou Inactive", ANSWERED_AT)
    with pytest.raises(AcknowledgementError) as refused:
        round_trip(refusal)
    assert (refused.value.remote_code, refused.value.remote_text) == ("DMPXyz", "Structure introuvable ou Inactive")
    assert "DMPXyz" in refused.value.message


def test_a_refusal_without_detail_is_named_by_its_acknowledgement():
    body = example("td02_response_unknown.xml").replace(b'typeCode="AA"', b'typeCode="AR"')
    with pytest.raises(AcknowledgementError) as refused:
        td0_2.read(answered(body))
    assert (refused.value.remote_code, refused.value.remote_text) == ("AR", "")


def test_an_accepted_answer_that_describes_nothing_is_malformed():
    body = example("td02_response_unknown.xml").replace(b'queryResponseCode code="NF"', b'queryResponseCode code="OK"')
    with pytest.raises(MalformedMessage, match="sans décrire de dossier"):
        td0_2.read(answered(body))


def test_an_answer_about_another_patient_is_refused_without_naming_anyone():
    other = Ins("279035121518989", InsAuthority.NIR_DEMO)
    with pytest.raises(MalformedMessage) as refused:
        td0_2.read(answered(example("td02_response_active.xml")), patient=other)
    assert refused.value.code == "td0-2-autre-patient"
    assert "279035121518989" not in refused.value.explain()


def test_the_patient_is_recognised_among_several_identifiers():
    body = example("td02_response_active.xml").replace(
        b'<patient classCode="PAT">', b'<patient classCode="PAT"><id root="1.2.250.1.213.1.4.2" extension="0123"/>'
    )
    assert td0_2.read(answered(body), patient=PATIENT).exists


def test_a_fault_is_raised_as_such():
    fault = soap.build_fault(
        soap.Fault("soap:Sender", "soap:DMPInvalidCertificate", "refus"), message_id=ANSWER_ID, relates_to=REQUEST_ID
    )
    with pytest.raises(SoapFault) as refused:
        td0_2.read(answered(fault))
    assert refused.value.remote_code == "DMPInvalidCertificate"


@pytest.mark.parametrize("body", [b"", b"<html/>", b"pas du XML"])
def test_bytes_that_are_no_envelope_are_refused(body):
    with pytest.raises(MalformedMessage):
        td0_2.read(answered(body))


def test_an_envelope_without_body_is_refused():
    empty = etree.fromstring(whole(td0_2.request(CALL, PATIENT)))
    for child in list(empty[-1]):
        empty[-1].remove(child)
    with pytest.raises(MalformedMessage) as refused:
        td0_2.parse(soap.read_envelope(etree.tostring(empty)))
    assert refused.value.code == "soap-corps-vide"


def test_the_creation_time_is_the_wall_clock_the_caller_meant():
    utc = replace(CALL, sent_at=datetime(2026, 7, 14, 12, 0, tzinfo=UTC))
    assert b'creationTime value="20260714120000"' in whole(td0_2.request(utc, PATIENT))
