"""Canonical by construction: what is written is what libxml2's exclusive canonicalisation would write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tramontane.dmp.errors import LocalError, MalformedMessage
from tramontane.dmp.signature import canonical, escape_attribute, escape_text
from tramontane.dmp.signature.grammar import unescape

# Everything XML 1.0 allows, with the characters that need care drawn often.
_CAREFUL = st.sampled_from("&<>\"'\t\n\r ;#x0\u0085\u2028\xa0é€😀]]>")
_ALLOWED = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
VALUES = st.lists(_CAREFUL | _ALLOWED, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(VALUES, VALUES)
def test_escaped_values_are_their_own_canonical_form(text: str, attribute: str):
    written = f'<a b="{escape_attribute(attribute)}">{escape_text(text)}</a>'.encode()
    root = etree.fromstring(written)
    assert canonical(root) == written
    assert (root.text or "", root.get("b")) == (text, attribute)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_unescaping_gives_the_value_back(value: str):
    assert unescape(escape_text(value)) == value
    assert unescape(escape_attribute(value)) == value


@pytest.mark.campaign
@settings(max_examples=20_000, deadline=None)
@given(VALUES, VALUES)
def test_twenty_thousand_hostile_values(text: str, attribute: str):
    written = f'<a b="{escape_attribute(attribute)}">{escape_text(text)}</a>'.encode()
    assert canonical(etree.fromstring(written)) == written


def test_a_character_reference_is_read_once():
    assert unescape("&amp;lt;") == "&lt;"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
@pytest.mark.parametrize("escape", [escape_text, escape_attribute])
def test_what_xml_cannot_carry_is_refused(escape, character: str):
    with pytest.raises(LocalError) as refusal:
        escape("a" + character)
    assert refusal.value.code == "caractere-interdit"
    assert refusal.value.received == f"U+{ord(character):04X} en position 2"


def test_a_relative_namespace_has_no_canonical_form():
    element = etree.fromstring('<a xmlns="relative"/>')
    with pytest.raises(MalformedMessage) as refusal:
        canonical(element)
    assert refusal.value.code == "xml-non-canonique"
