"""What is written is found again, whatever the header holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support.cda_documents import AT, DOCTOR, HEADER, HOSPITAL, PATIENT, PDF
from tramontane.dmp import cda
from tramontane.dmp.cda import BulletList, Identifier, Level, Paragraph, Section, Table
from tramontane.dmp.nomenclatures import Coded

HL7 = "{urn:hl7-org:v3}"


def test_the_header_of_a_level_1_document_is_the_one_written():
    assert cda.read(cda.build_level1(HEADER, PDF, "application/pdf")).header == HEADER


def test_the_header_of_a_level_3_document_is_the_one_written():
    assert cda.read(cda.build_level3(HEADER, [Section("Motif", (Paragraph("Toux"),))])).header == HEADER


@pytest.mark.parametrize(
    "changes",
    [
        {"set_id": None, "version": None},
        {"custodian": None, "legal_authenticator": None, "authors": ()},
        {"service_events": (), "encounter": None, "replaces": ()},
        {"encounter": cda.Encounter()},
        {"service_events": (cda.ServiceEvent(), cda.ServiceEvent(AT, AT))},
        {"service_events": (cda.ServiceEvent(performer=DOCTOR),)},
        {"confidentiality": None, "language": ""},
        {"confidentiality": Coded("R", "2.16.840.1.113883.5.25")},
        {"patient": replace(PATIENT, used_name="", identifiers=())},
        {"template_ids": cda.UNSTRUCTURED_TEMPLATES},
        {"replaces": (Identifier("1.2"), Identifier("1.3", "x"))},
    ],
)
def test_a_header_survives_with_or_without_each_optional_part(changes):
    header = replace(HEADER, **changes)
    if changes.get("service_events", ())[:1] == (cda.ServiceEvent(performer=DOCTOR),):
        performer = replace(DOCTOR, at=cda.Timestamp())  # a performer takes part during the act itself
        header = replace(header, service_events=(cda.ServiceEvent(performer=performer),))
    assert cda.read(cda.build_level1(header, PDF, "application/pdf")).header == header


def test_a_practice_setting_without_structure_is_kept():
    event = cda.ServiceEvent(performer=cda.Participant(Identifier("1", "2")), practice_setting=Coded("A", "1.2"))
    header = replace(HEADER, service_events=(event,))
    assert cda.read(cda.build_level1(header, PDF, "application/pdf")).header == header


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co")), max_size=30
)
_WORD = st.text("0123456789.ABCDEF-", min_size=1, max_size=20)
_CODED = st.builds(Coded, _WORD, _WORD, _TEXT)


@settings(max_examples=60, deadline=None)
@given(title=_TEXT, family=_TEXT, given_name=_TEXT, type_=_CODED, root=_WORD, version=st.integers(0, 999_999_999))
def test_any_text_of_the_header_survives(title, family, given_name, type_, root, version):
    author = replace(DOCTOR, family=family, given=given_name)
    header = replace(
        HEADER, title=title, authors=(author,), type=type_, identifier=Identifier(root, root), version=version
    )
    assert cda.read(cda.build_level3(header, [Section(title)])).header == header


@settings(max_examples=30, deadline=None)
@given(content=st.binary(min_size=1, max_size=300))
def test_any_file_is_found_again_byte_for_byte(content):
    assert cda.extract(cda.build_level1(HEADER, content, "application/pdf")).data == content


def test_a_level_3_document_carries_no_file():
    document = cda.build_level3(HEADER, [Section("Motif")])
    assert cda.extract(document) is None
    assert cda.read(document).level is Level.STRUCTURED


def test_the_elements_of_the_header_are_in_the_order_of_the_schema():
    root = etree.fromstring(cda.build_level1(HEADER, PDF, "application/pdf"))
    names = list(dict.fromkeys(child.tag.removeprefix(HL7) for child in root))
    assert names == [
        "realmCode",
        "typeId",
        "templateId",
        "id",
        "code",
        "title",
        "effectiveTime",
        "confidentialityCode",
        "languageCode",
        "setId",
        "versionNumber",
        "recordTarget",
        "author",
        "custodian",
        "legalAuthenticator",
        "documentationOf",
        "relatedDocument",
        "componentOf",
        "component",
    ]


def test_sections_are_written_with_their_code_and_their_own_sections():
    inner = Section("Détail", (BulletList(("a", "b")),), Coded("10164-2", cda.LOINC, "Histoire"))
    table = Table("Résultats", ("Examen", "Valeur"), (("Sodium", "140"), ("Potassium", "4,1")))
    root = etree.fromstring(cda.build_level3(HEADER, [Section("Bilan", (table,), sections=(inner,))]))
    sections = list(root.iter(f"{HL7}section"))
    assert [section.find(f"{HL7}title").text for section in sections] == ["Bilan", "Détail"]
    assert sections[1].find(f"{HL7}code").get("code") == "10164-2"
    assert [cell.text for cell in root.iter(f"{HL7}td")] == ["Sodium", "140", "Potassium", "4,1"]


def test_the_unique_id_of_a_document_is_its_root_and_its_extension_when_there_is_one():
    assert Identifier("1.2.3").unique_id == "1.2.3"
    assert Identifier("1.2.3", "9").unique_id == "1.2.3^9"


def test_the_patient_never_appears_in_a_repr_and_his_ins_is_found():
    header = cda.read(cda.build_level1(HEADER, PDF, "application/pdf")).header
    assert "DOMINIQUE" not in repr(header)
    assert "279035121518989" not in repr(header)
    assert header.patient.ins.value == "279035121518989"


def test_a_patient_without_a_well_formed_ins_has_none():
    assert cda.Patient((Identifier("1.2.250.1.213.1.4.10", "279035121518900"), Identifier("1.2", "3"))).ins is None


def test_a_participant_is_named_by_his_names_or_by_his_software():
    assert DOCTOR.name == "CAMILLE MARTIN"
    assert cda.Participant(software="DPI").name == "DPI"
    assert HOSPITAL.identifier.extension == "1990000028"
