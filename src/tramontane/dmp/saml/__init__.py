"""SAML 2.0 assertions: written canonical by construction, read in one exact shape."""

from tramontane.dmp.saml.instants import read_instant, write_instant
from tramontane.dmp.saml.reading import Assertion, Attribute, AttributeValue, ElementValue, read_assertion
from tramontane.dmp.saml.writing import Statements, element_attribute, signed_assertion, text_attribute
from tramontane.dmp.saml.written import MOST_ATTRIBUTES, WrittenAssertion, find_written, unparsed_elements

__all__ = [
    "MOST_ATTRIBUTES",
    "Assertion",
    "Attribute",
    "AttributeValue",
    "ElementValue",
    "Statements",
    "WrittenAssertion",
    "element_attribute",
    "find_written",
    "read_assertion",
    "read_instant",
    "signed_assertion",
    "text_attribute",
    "unparsed_elements",
    "write_instant",
]
