"""The attributes we write, cut without a tree: whatever is not of their form is not recognised."""

from __future__ import annotations

import pytest

from tramontane.dmp.saml import cut_attributes, element_attribute, text_attribute
from tramontane.dmp.saml.reading import Attribute, ElementValue

_CE = (
    '<Role xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" code="10" xsi:type="CE"></Role>'
)
_ROLE = ElementValue("urn:hl7-org:v3", "Role", (("code", "10"), ("xsi:type", "CE")))
NAME, PATIENT = text_attribute("urn:name", "MARTIN &amp; FILS"), text_attribute("urn:patient", "1^^^&amp;2")


@pytest.mark.parametrize(
    "statement", [PATIENT + NAME, NAME + PATIENT, NAME + PATIENT + element_attribute("urn:role", _CE, _CE)]
)
def test_the_attribute_set_apart_is_read_wherever_it_stands(statement: str):
    others, patient = cut_attributes(statement, apart="urn:patient")
    assert patient == "1^^^&2"
    assert others.attributes[0] == Attribute("urn:name", ("MARTIN & FILS",))
    assert others.attributes[1:] in ((), (Attribute("urn:role", (_ROLE, _ROLE)),))


def test_the_attribute_set_apart_may_be_absent():
    others, patient = cut_attributes(NAME, apart="urn:patient")
    assert patient is None
    assert len(others.attributes) == 1


@pytest.mark.parametrize(
    "spoiled",
    [
        *[text_attribute(f"urn:{mark}x", "value") for mark in ("<", ">", "&", '"', " ", "'", "é", '" ID="')],
        *[text_attribute("urn:x", f"{mark}value") for mark in ("<", ">", "&", "&quot;", "&#65;", "\r", "\n", "\ufffe")],
        element_attribute("urn:x", _CE.replace("</Role>", "</Rule>")),
        element_attribute("urn:x", _CE.replace(' code="10"', ' code="10" code="11"')),
        element_attribute("urn:x", _CE.replace(' code="10"', ' zzz="10" code="11"')),
        element_attribute("urn:x", _CE + "x"),
        " " + NAME,
        NAME + " ",
        NAME[:-1],
        PATIENT,
    ],
)
def test_anything_else_is_not_recognised(spoiled: str):
    for statement in (spoiled + PATIENT, PATIENT + spoiled, NAME + spoiled + PATIENT):
        assert cut_attributes(statement, apart="urn:patient") is None


@pytest.mark.parametrize("mark", ["<", ">", "&", "&#65;", "\t"])
def test_a_mark_in_the_attribute_set_apart_is_not_recognised(mark: str):
    assert cut_attributes(NAME + text_attribute("urn:patient", f"1{mark}"), apart="urn:patient") is None
