"""Value sets: lenient on reading, strict on writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import UnknownCode
from tramontane.dmp.nomenclatures import Coded, ValueSet, ValueSetName, class_code_of, resource, value_set

LOINC = "2.16.840.1.113883.6.1"
# Entries per value set, as the publication notes of the reference give them.
SIZES = {
    ValueSetName.CLASS_CODE: 12,
    ValueSetName.CONFIDENTIALITY: 6,
    ValueSetName.CONTENT_TYPE: 100,
    ValueSetName.FORMAT_CODE: 62,
    ValueSetName.FACILITY_TYPE: 68,
    ValueSetName.PRACTICE_SETTING: 11,
    ValueSetName.SUBJECT_ROLE: 294,
    ValueSetName.TYPE_CODE: 108,
    ValueSetName.PROFESSION: 30,
    ValueSetName.SAVOIR_FAIRE: 244,
    ValueSetName.SAVOIR_FAIRE_RASS: 265,
    ValueSetName.AUTHOR_SPECIALTY: 396,
}


@pytest.mark.parametrize("name", ValueSetName)
def test_every_value_set_says_what_it_is_and_where_it_comes_from(name: ValueSetName) -> None:
    values = value_set(name)
    assert values.name
    assert values.oid.startswith(("1.", "2."))
    assert values.source
    assert len(values) == len(tuple(values)) > 0
    assert value_set(name) is values


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_no_entry_was_lost(name: ValueSetName, size: int) -> None:
    assert len(value_set(name)) == size


@pytest.mark.parametrize("name", ValueSetName)
def test_every_entry_with_its_code_system_is_found_and_may_be_written(name: ValueSetName) -> None:
    values = value_set(name)
    for concept in values:
        assert concept in values
        assert concept.code in values
        assert values.find(concept.code, concept.code_system) == concept
        assert values.display(concept.code, concept.code_system) == concept.label
        if concept.code_system:
            assert values.require(concept.code, concept.code_system) == concept


# Retired LOINC code of 2019-2021 DMP documents: it must be shown, and can no longer be written.
RETIRED = "11493-4"


def test_an_unknown_code_is_shown_with_the_label_that_came_with_it() -> None:
    types = value_set(ValueSetName.TYPE_CODE)
    assert types.find(RETIRED, LOINC) is None
    assert RETIRED not in types
    assert Coded(RETIRED, LOINC) not in types
    assert types.display(RETIRED, LOINC, "CR hospitalier") == f"CR hospitalier (code inconnu\u00a0: {RETIRED})"
    assert types.display(RETIRED) == f"Code inconnu\u00a0: {RETIRED}"


def test_an_unknown_code_is_refused_on_writing_with_the_value_set_its_oid_and_version() -> None:
    with pytest.raises(UnknownCode) as refusal:
        value_set(ValueSetName.TYPE_CODE).require(RETIRED, LOINC)
    error = refusal.value
    assert RETIRED in error.message
    for told in ("JDV_J66_TypeCode_DMP", "1.2.250.1.213.1.1.5.7", "20240927120000"):
        assert told in error.expected
    assert error.received == f"{RETIRED} (nomenclature {LOINC})"
    assert error.next_step


def test_a_known_code_under_another_code_system_is_unknown() -> None:
    types = value_set(ValueSetName.TYPE_CODE)
    assert types.find("11502-2", "1.2.3") is None
    with pytest.raises(UnknownCode):
        types.require("11502-2", "1.2.3")


def test_a_value_set_without_version_says_so() -> None:
    with pytest.raises(UnknownCode) as refusal:
        value_set(ValueSetName.CLASS_CODE).require("0")
    assert "version non publiée" in refusal.value.expected
    assert refusal.value.received == "0"


def test_a_code_published_twice_prefers_the_one_whose_code_system_is_known() -> None:
    contents = value_set(ValueSetName.CONTENT_TYPE)
    assert contents.require("11").code_system == "1.2.250.1.213.2.2"
    found = contents.find("11")
    assert found is not None
    assert found.code_system == "1.2.250.1.213.2.2"


def test_a_code_whose_code_system_nobody_published_cannot_be_written() -> None:
    contents = value_set(ValueSetName.CONTENT_TYPE)
    assert contents.display("05").startswith("Hospitalisation à domicile")
    with pytest.raises(UnknownCode):
        contents.require("05")


def test_a_code_that_two_code_systems_share_needs_its_code_system_on_writing() -> None:
    twins = ValueSet("JDV_X", "1.2", "1", "fiche", (Coded("1", "1.2.3", "Un"), Coded("1", "1.2.4", "One")))
    with pytest.raises(UnknownCode):
        twins.require("1")
    assert twins.require("1", "1.2.4").label == "One"


@given(st.text(), st.none() | st.text(), st.text())
def test_display_never_fails(code: str, code_system: str | None, label: str) -> None:
    assert value_set(ValueSetName.TYPE_CODE).display(code, code_system, label)


def test_every_document_type_of_the_dmp_has_its_class() -> None:
    classes = value_set(ValueSetName.CLASS_CODE)
    assert all(class_code_of(concept.code) in classes for concept in value_set(ValueSetName.TYPE_CODE))
    assert class_code_of("11502-2") == Coded("10", "1.2.250.1.213.1.1.4.1", "Compte rendu")


def test_a_type_outside_the_dmp_set_has_no_class() -> None:
    assert class_code_of(RETIRED) is None


def test_pharmacist_sections_are_those_of_the_subject_roles() -> None:
    sections = value_set(ValueSetName.PHARMACIST_SECTION)
    roles = [role for role in value_set(ValueSetName.SUBJECT_ROLE) if role.code_system == sections.oid]
    assert list(sections) == roles
    assert sections.require("H").label == "Pharmacien d'établissement de santé"
    assert {"A", "D", "DA", "G", "H"} <= {section.code for section in sections}


def test_the_access_modes_are_the_three_of_the_wire() -> None:
    assert [mode.code for mode in value_set(ValueSetName.ACCESS_MODE)] == ["normal", "bris_de_glace", "centre_15"]


def test_labels_are_read_from_the_package_only_once() -> None:
    assert resource(ValueSetName.TYPE_CODE) is resource("type_code_j66")
