"""The strict grammar against libxml2: what it reads is what a tree would give, or it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support.vihf_forgery import NS, c14n, unsigned
from tramontane.dmp.saml import ElementValue, read_assertion
from tramontane.dmp.signature import UnexpectedShape

_CHARACTERS = st.sampled_from("&<>\"'\t\n\r é😀") | st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
)
VALUES = st.lists(_CHARACTERS, max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES, VALUES.filter(bool))
def test_values_are_those_of_the_tree(name_id: str, attribute_value: str, attribute_name: str):
    root = unsigned()
    root.find(".//saml2:NameID", NS).text = name_id
    attribute = root.find(".//saml2:Attribute", NS)
    attribute.set("Name", attribute_name)
    attribute[0].text = attribute_value
    read = read_assertion(c14n(root))
    assert read.name_id == name_id.strip(" \t\r\n")
    assert read.attributes[0].name == attribute_name
    assert read.attributes[0].values == (attribute_value.strip(" \t\r\n"),)


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_attributes_of_an_element_value_are_those_of_the_tree(label: str):
    root = unsigned()
    role = root.find(".//{urn:hl7-org:v3}Role")
    role.set("displayName", label)
    value = read_assertion(c14n(root)).attributes[3].values[0]
    assert isinstance(value, ElementValue)
    assert (value.namespace, value.name) == ("urn:hl7-org:v3", "Role")
    assert dict(value.attributes) == {
        etree.QName(k).localname if "}" not in k else "xsi:type": v for k, v in role.items()
    }


@pytest.mark.parametrize("prefix", ["", "saml:", "saml2:", "a.b-c_d:"])
def test_any_prefix_of_the_saml_namespace_is_read(prefix: str):
    text = c14n(unsigned()).decode().replace("xmlns:saml2=", f"xmlns{':' + prefix[:-1] if prefix else ''}=")
    text = text.replace("<saml2:", f"<{prefix}").replace("</saml2:", f"</{prefix}")
    assert read_assertion(text.encode()) == read_assertion(c14n(unsigned()))


def test_a_prefixed_role_is_read():
    text = c14n(unsigned()).decode().replace('<Role xmlns="urn:hl7-org:v3"', '<h:Role xmlns:h="urn:hl7-org:v3"')
    value = read_assertion(text.replace("</Role>", "</h:Role>").encode()).attributes[3].values[0]
    assert isinstance(value, ElementValue)
    assert value.namespace == "urn:hl7-org:v3"


def test_white_space_between_elements_is_read_over():
    root = unsigned()
    etree.indent(root, "\t")
    assert read_assertion(c14n(root)) == read_assertion(c14n(unsigned()))


REFUSED = {
    "the prefix bound again on a value": (
        "<saml2:AttributeValue xmlns:xsi=",
        '<saml2:AttributeValue xmlns:saml2="urn:other" xmlns:xsi=',
    ),
    "another namespace": ("urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:assertion#"),
    "another root": ("Assertion ", "Assertions "),
    "an instruction": ("<saml2:Subject>", "<?x y?><saml2:Subject>"),
    "an attribute more": ("<saml2:Subject>", '<saml2:Subject x="y">'),
    "text between elements": ("<saml2:Subject>", "x<saml2:Subject>"),
    "an element in the name": ("<saml2:NameID>", "<saml2:NameID><b></b>"),
    "a value left open": ("</saml2:AttributeValue></saml2:Attribute>", "</saml2:AttributeValue>"),
    "an attribute without name": ('<saml2:Attribute Name="LPS_ID">', "<saml2:Attribute>"),
    "an attribute with an empty name": ('Name="LPS_ID"', 'Name=""'),
    "something after": ("</saml2:Assertion>", "</saml2:Assertion><x></x>"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_whole(name: str):
    old, new = REFUSED[name]
    text = c14n(unsigned()).decode()
    assert old in text
    with pytest.raises(UnexpectedShape) as refusal:
        read_assertion(text.replace(old, new, 1).encode())
    assert refusal.value.location == "//Assertion"
