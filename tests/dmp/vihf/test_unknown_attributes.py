"""Attributes of other profiles are left aside and reported; the same one twice is a wrapping attempt, and refused."""

from __future__ import annotations

import pytest

from support.vihf_forgery import changed, failed_codes, judge_token, notes
from tramontane.dmp.xml import XSI

END = "</saml2:AttributeStatement>"


def unknown(*names: str) -> bytes:
    """A genuine token with these attributes more."""
    value = f'<saml2:AttributeValue xmlns:xsi="{XSI}" xsi:type="xs:string">x</saml2:AttributeValue>'
    attributes = (f'<saml2:Attribute Name="{name}">{value}</saml2:Attribute>' for name in names)
    return changed(END, "".join(attributes) + END)


def test_attributes_of_another_profile_are_tolerated_and_named() -> None:
    verification = judge_token(unknown("urn:a", "urn:b"))
    assert failed_codes(verification) == []
    assert notes(verification)["attributs"] == "toléré : attributs ignorés : urn:a, urn:b"


def test_they_are_refused_where_nothing_is_tolerated() -> None:
    assert "attributs" in failed_codes(judge_token(unknown("urn:a"), tolerant=False))


@pytest.mark.parametrize("names", [("urn:a", "urn:a"), ("urn:a", "urn:b", "urn:a")])
def test_the_same_one_twice_is_refused_even_where_much_is_tolerated(names: tuple[str, ...]) -> None:
    assert "attributs" in failed_codes(judge_token(unknown(*names)))
