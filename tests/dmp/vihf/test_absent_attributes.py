"""Who needs no patient (TD0.4) is excused from that attribute, and from no other."""

from __future__ import annotations

import pytest

from support.vihf_forgery import NS, failed_codes, judge_token, sign, unsigned

PATIENT = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
NAMES = [attribute.get("Name") for attribute in unsigned().iterfind(".//saml2:Attribute", NS)]


def without(name: str) -> bytes:
    """A genuine token that lacks one attribute."""
    root = unsigned()
    (attribute,) = (one for one in root.iterfind(".//saml2:Attribute", NS) if one.get("Name") == name)
    attribute.getparent().remove(attribute)
    return sign(root)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {PATIENT}))
def test_no_other_attribute_is_excused_with_the_patient(name: str) -> None:
    strict, excused = (failed_codes(judge_token(without(name), patient_required=wanted)) for wanted in (True, False))
    assert excused == strict


def test_most_attributes_are_required() -> None:
    refused = [name for name in NAMES if failed_codes(judge_token(without(name), patient_required=False))]
    assert len(refused) >= 8
    assert PATIENT not in refused


def test_the_patient_is_required_unless_excused() -> None:
    assert failed_codes(judge_token(without(PATIENT), patient_required=True)) == ["attribut-patient"]
    assert failed_codes(judge_token(without(PATIENT), patient_required=False)) == []
