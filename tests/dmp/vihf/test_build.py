"""What is written equals the examples, whatever the mode; and only what is right is written."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone

import pytest
from lxml import etree

from support.vihf_forgery import NS, c14n, envelope, failed_codes, judge, judge_token
from support.vihf_tokens import (
    AIR,
    AIR_EXAMPLE,
    ASSERTION_ID,
    DIRECTE,
    GENERAL_PRACTICE,
    HOSPITAL_PHARMACIST,
    INDIRECTE,
    INDIRECTE_EXAMPLE,
    INDIRECTE_ID,
    ISSUED,
    NURSE,
    PHARMACIST,
    PHYSICIAN,
    signer,
    token,
)
from tramontane.dmp.errors import LocalError
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf import AccessMode, PrimaryAuthenticationPlace, WireProfile, build

EXAMPLES = {
    "AIR simplifié": (AIR, ASSERTION_ID, AIR_EXAMPLE),
    "INDIRECTE": (INDIRECTE, INDIRECTE_ID, INDIRECTE_EXAMPLE),
}
_DRAWN = (f"{{{NS['ds']}}}SignatureValue", f"{{{NS['ds']}}}X509Certificate")


def _structure(data: bytes) -> list[tuple[object, ...]]:
    """Every element in order, with its attributes and text; what depends on the key drawn by the tests apart."""
    return [
        (element.tag, dict(element.attrib), "" if element.tag in _DRAWN else element.text or "")
        for element in etree.fromstring(data).iter()
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_written_equals_the_example_structurally(name: str):
    content, assertion_id, example = EXAMPLES[name]
    assert _structure(token(content, assertion_id=assertion_id)) == _structure(example)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_digest_is_the_one_of_the_example_to_the_last_bit(name: str):
    """The same canonical bytes: the example was signed by another program."""
    content, assertion_id, example = EXAMPLES[name]
    digest = etree.fromstring(token(content, assertion_id=assertion_id)).findtext(".//ds:DigestValue", namespaces=NS)
    assert digest == etree.fromstring(example).findtext(".//ds:DigestValue", namespaces=NS)


def test_the_elements_are_in_the_order_of_saml():
    root = etree.fromstring(token())
    names = [etree.QName(child).localname for child in root]
    assert names == ["Issuer", "Signature", "Subject", "AuthnStatement", "AttributeStatement"]


def test_key_info_holds_the_one_certificate_of_the_signer():
    root = etree.fromstring(token())
    (certificate,) = root.findall("ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS)
    assert len(root.find("ds:Signature/ds:KeyInfo", NS)) == len(certificate.getparent()) == 1


def test_what_is_signed_is_its_own_canonical_form():
    root = etree.fromstring(token())
    signed_info = c14n(root.find("ds:Signature/ds:SignedInfo", NS))
    root.remove(root.find("ds:Signature", NS))
    text = token()
    start, end = text.index(b"<Signature "), text.index(b"</Signature>") + len(b"</Signature>")
    declaration = b' xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    assert c14n(root) == (text[:start] + text[end:]).replace(declaration, b"", 1)
    assert signed_info.partition(b">")[2] in text


CONTENTS = {
    "AIR simplifié": AIR,
    "INDIRECTE": INDIRECTE,
    "DIRECTE": dataclasses.replace(DIRECTE, subject_name=""),
    "automate": dataclasses.replace(
        INDIRECTE, subject="X123/Y456", roles=(Coded("AUTOMATE", "1.2.250.1.213.1.1.4.6", "Automate"),)
    ),
    "pharmacien": dataclasses.replace(AIR, roles=(PHARMACIST, HOSPITAL_PHARMACIST)),
    "infirmier": dataclasses.replace(AIR, roles=(NURSE,)),
    "bris de glace": dataclasses.replace(AIR, access_mode=AccessMode.BRIS_DE_GLACE),
    "centre 15": dataclasses.replace(AIR, access_mode=AccessMode.CENTRE_15),
    "connexion secrète": dataclasses.replace(AIR, confidentiality="INVISIBLE_REPRESENTANTS_LEGAUX"),
    "sans installation": dataclasses.replace(AIR, lps_id=""),
    "accents et signes": dataclasses.replace(
        AIR, subject_name='D\'ÀRTAGNAN & <fils> "é" \t x\r\ny', lps_name="a>b]]>c"
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_written_is_accepted_and_read_back(name: str):
    content = CONTENTS[name]
    verification = judge(envelope(token(content)))
    assert verification.accepted, failed_codes(verification)
    read = verification.vihf.content
    assert read == dataclasses.replace(content, roles=read.roles)
    assert [(role.code, role.code_system) for role in read.roles] == [(r.code, r.code_system) for r in content.roles]


def test_a_direct_vihf_carries_no_subject_id():
    assert b"subject:subject-id" not in token(DIRECTE)
    assert judge_token(token(DIRECTE)).vihf.content.subject_name == ""


def test_a_role_given_without_label_takes_the_official_one():
    content = dataclasses.replace(AIR, roles=(Coded("10", PHYSICIAN.code_system), GENERAL_PRACTICE))
    assert 'displayName="Médecin"' in token(content).decode()


def test_a_vihf_without_patient_serves_only_where_the_policy_says_so():
    data = token(dataclasses.replace(AIR, patient=None))
    assert failed_codes(judge_token(data)) == ["attribut-patient"]
    assert judge_token(data, patient_required=False).vihf.content.patient is None


PROFILES = {
    "vihf_version": (WireProfile(vihf_version="4.0"), ">4.0<"),
    "authentication_mode_name": (
        WireProfile(authentication_mode_name="Authentification_Mode"),
        'Name="Authentification_Mode"',
    ),
    "access_mode_oid": (WireProfile(access_mode_oid="1.2.250.1.213.1.1.4.336"), 'codeSystem="1.2.250.1.213.1.1.4.336"'),
    "access_mode_system_name": (
        WireProfile(access_mode_system_name="mode acces VIHF 1.0"),
        'codeSystemName="mode acces VIHF 1.0"',
    ),
    "primary_authentication_place": (
        WireProfile(primary_authentication_place=PrimaryAuthenticationPlace.AUTHN_CONTEXT_CLASS_REF),
        "<saml2:AuthnContextClassRef>CONF_EXI_PGSSIS</saml2:AuthnContextClassRef></saml2:AuthnContext>",
    ),
    "name_id_format": (WireProfile(name_id_format="urn:x"), '<saml2:NameID Format="urn:x">'),
    "role_system_names": (WireProfile(role_system_names=()), 'codeSystem="1.2.250.1.71.1.2.7" displayName='),
    "confidentiality_name": (WireProfile(confidentiality_name="Confidentiality_code"), 'Name="Confidentiality_code"'),
}


def test_every_field_of_the_wire_profile_is_tried():
    assert set(PROFILES) == {field.name for field in dataclasses.fields(WireProfile)}


@pytest.mark.parametrize("name", PROFILES)
def test_a_point_the_sources_leave_open_is_written_and_read_as_the_profile_says(name: str):
    profile, text = PROFILES[name]
    data = token(dataclasses.replace(AIR, confidentiality="X"), profile=profile)
    assert text in data.decode()
    verification = judge(envelope(data), profile=profile, tolerant=False)
    assert verification.accepted, failed_codes(verification)


def test_dates_are_written_in_utc_to_the_millisecond():
    paris = timezone(timedelta(hours=1))
    data = token(issue_instant=datetime(2026, 3, 2, 10, 15, 30, 999_999, tzinfo=paris))
    assert b'IssueInstant="2026-03-02T09:15:30.999Z"' in data


def test_a_naive_date_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="naive"):
        token(issue_instant=ISSUED.replace(tzinfo=None))


@pytest.mark.parametrize("assertion_id", ["", "1", "a b", 'a"b', "é", "a" * 201, "_\n"])
def test_an_assertion_id_that_is_no_ncname_is_refused(assertion_id: str):
    with pytest.raises(LocalError) as refusal:
        build(AIR, signer=signer(), assertion_id=assertion_id, issue_instant=ISSUED)
    assert refusal.value.code == "assertion-id"


def test_a_control_character_is_refused_rather_than_written():
    with pytest.raises(LocalError) as refusal:
        token(dataclasses.replace(AIR, subject_name="MARTIN\x07CAMILLE"))
    assert (refusal.value.code, refusal.value.received) == ("caractere-interdit", "U+0007 en position 7")
    assert "MARTIN" not in refusal.value.explain()
