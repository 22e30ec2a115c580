"""SAML 2.0 assertions: written canonical by construction, read in one exact shape."""

from tramontane.dmp.saml.instants import read_instant, write_instant
from tramontane.dmp.saml.reading import Assertion, Attribute, AttributeValue, ElementValue, read_assertion
from tramontane.dmp.saml.writing import Statements, element_attribute, signed_assertion, text_attribute

__all__ = [
    "Assertion",
    "Attribute",
    "AttributeValue",
    "ElementValue",
    "Statements",
    "element_attribute",
    "read_assertion",
    "read_instant",
    "signed_assertion",
    "text_attribute",
    "write_instant",
]
