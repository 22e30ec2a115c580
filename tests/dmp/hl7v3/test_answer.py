"""PRPA_IN201308UV02: the three official answers, refusals, and the inferred layout of a closed DMP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from support.same_xml import shape
from support.td_messages import example
from tramontane.dmp import hl7v3, soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.hl7v3 import Acknowledgement, Closing, Flag, InstanceId, PatientId, Traits

EXAMPLES = ["td02_response_active.xml", "td02_response_not_authorized.xml", "td02_response_unknown.xml"]


def body_of(name: str) -> etree._Element:
    body = soap.read_envelope(example(name)).body
    assert body is not None
    return body


def active() -> hl7v3.DemographicsAnswer:
    return hl7v3.parse_answer(body_of("td02_response_active.xml"))


def again(answer: hl7v3.DemographicsAnswer) -> hl7v3.DemographicsAnswer:
    return hl7v3.parse_answer(etree.fromstring(hl7v3.build_answer(answer)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_official_answer_read_then_written_is_the_same_message(name):
    read = hl7v3.parse_answer(body_of(name))
    assert shape(etree.fromstring(hl7v3.build_answer(read))) == shape(body_of(name))


def test_the_active_answer_tells_authorisation_attending_physician_and_observations():
    answer = active()
    assert answer.acknowledgement == Acknowledgement(
        "AA", InstanceId("1.2.250.1.999.77.1", "6f5e1a2c-64a7-4a0b-9a43-7b4f0f4ad001")
    )
    assert answer.flag("AUTORISATION") == Flag(
        "AUTORISATION", "1.2.250.1.213.4.1.2.6.1", "VALIDE", "CV", "1.2.250.1.213.4.1.2.6.2"
    )
    assert answer.flag("STATUT_MT").value == "false"
    assert answer.flag("RATTACHEMENT_ENS").value == "true"
    assert answer.flag("INCONNU") is None
    assert answer.registration.status == "active"
    assert answer.registration.patient_ids == (PatientId("1.2.250.1.213.1.4.10", "279035121518989"),)


def test_traits_are_read_but_never_printed():
    traits = active().registration.traits
    assert traits == Traits("MME", "DOMINIQUE", "PAT-TROIS", "PAT-TROIS", "F", "19790328")
    assert "DOMINIQUE" not in repr(active())


def test_an_unknown_patient_has_no_registration():
    answer = hl7v3.parse_answer(body_of("td02_response_unknown.xml"))
    assert (answer.response_code, answer.registration, answer.attention) == ("NF", None, ())
    assert answer.flag("AUTORISATION") is None


def test_a_refusal_keeps_every_detail_verbatim():
    refused = replace(
        active(),
        acknowledgement=Acknowledgement("AE", InstanceId("1", "2"), (("DMPFound", "Un DMP existe déjà"), ("X", ""))),
        registration=None,
    )
    assert again(refused).acknowledgement == refused.acknowledgement
    assert not again(refused).acknowledgement.accepted


def test_a_closed_dmp_tells_its_date_motive_and_comment():
    closing = Closing(date(2025, 11, 3), "FERMETURE_DEMANDE_PATIENT", "À la demande du patient")
    registration = replace(active().registration, status="terminated", closing=closing)
    assert again(replace(active(), registration=registration)).registration == registration


def test_a_closing_without_date_stays_without_date():
    registration = replace(active().registration, status="terminated", closing=Closing(None, "AUTRE", ""))
    assert again(replace(active(), registration=registration)).registration.closing == Closing(None, "AUTRE", "")


CLOSED_ELSEWHERE = """
<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA"/><controlActProcess><subject>
<registrationEvent><subject1><patient><id root="1.2" extension="3"/><statusCode code="terminated"/>
{validity}{observation}</patient></subject1></registrationEvent></subject></controlActProcess></PRPA_IN201308UV02>"""
VALIDITY = '<effectiveTime><high value="{}"/></effectiveTime>'
MOTIVE_AS_VALUE = (
    '<subjectOf><administrativeObservation><code code="MOTIF" codeSystem="9.9"/>'
    '<value code="DECES" codeSystem="1.2.250.1.213.4.1.2.4"/></administrativeObservation></subjectOf>'
)


@pytest.mark.parametrize(
    ("validity", "observation", "closing"),
    [
        (VALIDITY.format("20251103"), "", Closing(date(2025, 11, 3))),
        (VALIDITY.format("20251103101500"), MOTIVE_AS_VALUE, Closing(date(2025, 11, 3), "DECES")),
        (VALIDITY.format("pas une date"), "", Closing()),
        ("", MOTIVE_AS_VALUE, Closing(None, "DECES")),
        ("", "", None),
    ],
)
def test_a_closing_told_elsewhere_is_still_understood(validity, observation, closing):
    body = etree.fromstring(CLOSED_ELSEWHERE.format(validity=validity, observation=observation))
    assert hl7v3.parse_answer(body).registration.closing == closing


def test_an_unknown_observation_of_any_type_is_kept_verbatim():
    observation = Flag("NOUVEAU", "9.9.9", "texte libre", "ST")
    registration = replace(active().registration, observations=(observation,))
    assert again(replace(active(), registration=registration)).registration.observations == (observation,)


def test_an_observation_without_value_is_kept_with_an_empty_one():
    body = body_of("td02_response_active.xml")
    value = body.find(".//{urn:hl7-org:v3}administrativeObservation/{urn:hl7-org:v3}value")
    value.getparent().remove(value)
    assert hl7v3.parse_answer(body).flag("COMPTE_INTERNET_OUVERT").value == ""


def test_a_comment_inside_a_name_does_not_truncate_it():
    body = body_of("td02_response_active.xml")
    given = body.find(".//{urn:hl7-org:v3}given")
    given.text = "DOMI"
    comment = etree.Comment("coupe")
    comment.tail = "NIQUE"
    given.append(comment)
    assert hl7v3.parse_answer(body).registration.traits.given == "DOMINIQUE"


@pytest.mark.parametrize("missing", ["acknowledgement", "subject1"])
def test_an_answer_without_an_essential_element_is_refused_and_names_it(missing):
    body = body_of("td02_response_active.xml")
    element = body.find(f".//{{urn:hl7-org:v3}}{missing}")
    element.getparent().remove(element)
    with pytest.raises(MalformedMessage) as refused:
        hl7v3.parse_answer(body)
    assert missing in refused.value.expected


def test_a_registration_without_traits_reads_and_writes_without_them():
    registration = replace(active().registration, traits=None)
    assert again(replace(active(), registration=registration)).registration.traits is None


def test_an_echoed_empty_attention_line_is_ignored():
    body = body_of("td02_response_active.xml")
    body.insert(7, etree.fromstring('<attentionLine xmlns="urn:hl7-org:v3"/>'))
    assert len(hl7v3.parse_answer(body).attention) == 2
