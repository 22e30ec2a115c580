"""SAML 2.0 assertions: written canonical by construction, read in one exact shape."""

from tramontane.dmp.saml.instants import read_instant, read_written_instant, write_instant
from tramontane.dmp.saml.reading import Assertion, Attribute, AttributeValue, ElementValue, read_assertion
from tramontane.dmp.saml.writing import Statements, element_attribute, signed_assertion, text_attribute
from tramontane.dmp.saml.written import WrittenAssertion, find_written
from tramontane.dmp.saml.written_attributes import MOST_ATTRIBUTES, WrittenAttributes, cut_attributes

__all__ = [
    "MOST_ATTRIBUTES",
    "Assertion",
    "Attribute",
    "AttributeValue",
    "ElementValue",
    "Statements",
    "WrittenAssertion",
    "WrittenAttributes",
    "cut_attributes",
    "element_attribute",
    "find_written",
    "read_assertion",
    "read_instant",
    "read_written_instant",
    "signed_assertion",
    "text_attribute",
    "write_instant",
]
