"""The attributes of an assertion as `text_attribute` and `element_attribute` write them: proven and read without a tree (ADR 6)."""

from __future__ import annotations

import re
from functools import lru_cache

from tramontane.dmp.saml import names
from tramontane.dmp.saml.reading import Attribute, AttributeValue, empty_element, stripped
from tramontane.dmp.saml.writing import STRING
from tramontane.dmp.signature.grammar import PLAIN_TEXT, PLAIN_VALUE, form
from tramontane.dmp.xml import HL7

# What separates an Attribute from the next, and its name from its text or from the elements it holds.
_FIRST, _LAST = '<saml2:Attribute Name="', "</saml2:AttributeValue></saml2:Attribute>"
_TYPED, _HOLDING = '">' + STRING, '"><saml2:AttributeValue>'
_NEXT_VALUE = "</saml2:AttributeValue><saml2:AttributeValue>"
_NAMES, _TEXTS = re.compile("[A-Za-z0-9:._-]+"), re.compile(PLAIN_TEXT)
# Declarations, attributes without a prefix, then the one with a prefix: the order of Canonical XML §2.3.
_DECLARED = f' xmlns="{HL7}" xmlns:xsi="{names.XSI}"'
_CE = re.compile(
    f'<([A-Za-z]+)({form(_DECLARED)}((?: (?!xml)[A-Za-z]+="{PLAIN_VALUE}"){{1,8}}) xsi:type="CE")></\\1>'  # \1: the name
)
_NAME = re.compile(f' ([A-Za-z]+)="{PLAIN_VALUE}"')
MOST_ATTRIBUTES = 9  # of an element that is recognised, declarations apart


class WrittenAttributes:
    """Attributes that were read; the same object for the same text, while it is kept."""

    __slots__ = ("attributes",)

    def __init__(self, attributes: tuple[Attribute, ...]) -> None:
        self.attributes = attributes


def cut_attributes(text: str, apart: str) -> tuple[WrittenAttributes, str | None] | None:
    """The attributes of a statement but the one called `apart`, then the text of that one, None when it is not there.

    None when the statement has not the form we write, or says `apart` twice: no judgement.

    Args:
        apart: name of the attribute that nothing may keep.
    """
    before, found, rest = text.partition(f"{_FIRST}{apart}{_TYPED}")
    value, closed, after = rest.partition(_LAST)
    if (found and not (closed and _TEXTS.fullmatch(value))) or apart in before or apart in after:
        return None
    others = _others(before, after)
    return None if others is None else (others, stripped(value) if found else None)


@lru_cache(maxsize=1024)
def _others(*parts: str) -> WrittenAttributes | None:
    """The same user's come back in every token of his."""
    read = [_attributes(part) for part in parts if part]
    if any(attributes is None for attributes in read):
        return None
    return WrittenAttributes(tuple([attribute for attributes in read for attribute in attributes or ()]))


def _attributes(text: str) -> tuple[Attribute, ...] | None:
    """Cut at the only marks allowed between two attributes; each part must then be one, whole."""
    if not (text.startswith(_FIRST) and text.endswith(_LAST)):
        return None
    attributes = [_attribute(part) for part in text[len(_FIRST) : -len(_LAST)].split(_LAST + _FIRST)]
    found = tuple([attribute for attribute in attributes if attribute is not None])
    return found if len(found) == len(attributes) else None


@lru_cache(maxsize=1024)
def _attribute(text: str) -> Attribute | None:
    """What stands between the marks: a name, and its text or the elements it holds.

    The structure, the software and the roles of a user are those of others.
    """
    name, typed, value = text.partition(_TYPED)
    if not typed:
        name, _, held = text.partition(_HOLDING)
        values = _held(held)
    else:
        values = (stripped(value),) if _TEXTS.fullmatch(value) else None
    return Attribute(name, values) if values is not None and _NAMES.fullmatch(name) else None


def _held(values: str) -> tuple[AttributeValue, ...] | None:
    """The CE elements of an Attribute."""
    found = [_CE.fullmatch(value) for value in values.split(_NEXT_VALUE)]
    elements = [element.groups() for element in found if element is not None]
    orders = [_NAME.findall(plain) for _, _, plain in elements]
    if len(elements) != len(found) or any(order != sorted(set(order)) for order in orders):
        return None
    return tuple([empty_element("", name, inside, "") for name, inside, _ in elements])
