"""SAML 2.0 assertions: written canonical by construction, read in one exact shape."""

from tramontane.dmp.saml.instants import read_instant, write_instant
from tramontane.dmp.saml.reading import Assertion, Attribute, AttributeValue, children_of, local_name, read_assertion
from tramontane.dmp.saml.writing import Statements, element_attribute, signed_assertion, text_attribute

__all__ = [
    "Assertion",
    "Attribute",
    "AttributeValue",
    "Statements",
    "children_of",
    "element_attribute",
    "local_name",
    "read_assertion",
    "read_instant",
    "signed_assertion",
    "text_attribute",
    "write_instant",
]
