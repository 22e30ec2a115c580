"""An assertion as `signed_assertion` writes it, to the character: proven, cut and read without a tree (ADR 6).

Its form is made of the very templates it is written from. Whatever else a token may be (indented, other prefixes,
Conditions…) is not recognised, which is no judgement: the caller then reads it through libxml2.

What being recognised proves of the element: it is well-formed, declares every prefix it uses, holds no comment, and
its canonical form without Signature is its own bytes without Signature and without the declaration of `xs`, which
no name uses. One spelling is allowed for each character, one order for the attributes of each element.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tramontane.dmp.saml import names
from tramontane.dmp.saml.reading import Assertion, Attribute, AttributeValue, empty_element, stripped
from tramontane.dmp.saml.writing import ISSUER, START, STATEMENTS, STRING, XS_DECLARATION
from tramontane.dmp.signature import DSIG, SignatureParts, UnexpectedShape
from tramontane.dmp.signature.grammar import PLAIN_TEXT, PLAIN_VALUE, form, unescape
from tramontane.dmp.signature.written import SIGNATURE_FORM, written_parts
from tramontane.dmp.xml import HL7


def _text(name: str) -> str:
    return f"(?P<{name}>{PLAIN_TEXT})"


def _value(name: str) -> str:
    return f"(?P<{name}>{PLAIN_VALUE})"


_ID = "(?P<reference>[A-Za-z_][A-Za-z0-9_.-]{0,199}+)"
_HEAD = form(ISSUER, _ID, _value("issued"), _value("format"), _text("issuer"))
_RECEIVED = re.compile(f"{form(START + XS_DECLARATION)}(?P<head>{_HEAD}){SIGNATURE_FORM}")
_DECL = f"(?:<saml2:AuthnContextDecl>{_text('decl')}</saml2:AuthnContextDecl>)?"
_FORMAT = f'(?: Format="{PLAIN_VALUE}")?'
_STATED = (_FORMAT, _text("name_id"), _value("authn"), _text("context"), _DECL, "(?P<attributes>.*)")
_SIGNED = re.compile(form(START) + _HEAD + form(STATEMENTS, *_STATED))

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

_OPENING, _CLOSING = START.encode() + b" ", b"</saml2:Assertion>"
_OUTLINE = (
    f'{START} ID="%s"><saml2:Issuer/><Signature xmlns="{DSIG}"/><saml2:Subject/><saml2:AuthnStatement/>'
    "<saml2:AttributeStatement/></saml2:Assertion>"
)
_EMPTY_IN_OUTLINE = 5
_MAX_KEPT = 1_000  # characters of an attribute
_TWICE = 2  # in ID, and after # in the Reference


class WrittenAssertion(NamedTuple):
    """An assertion found in a document, and what it is made of. Nothing here is verified.

    Attributes:
        content, parts: what it and its Signature say, as `read_assertion` and `read_signature` read them.
        signed: canonical form without the Signature: the bytes that `content` says.
        outlined: the document with only two levels of the assertion, by which its place may be judged.
    """

    content: Assertion
    parts: SignatureParts
    signed: bytes
    outlined: bytes


def find_written(document: bytes) -> WrittenAssertion | None:
    """The assertion of a UTF-8 document when it has the one form we write; None is no judgement.

    Whether it stands where an element may is for the caller to see, in the tree of `outlined`.
    """
    start = document.find(_OPENING)
    end = document.rfind(_CLOSING) + len(_CLOSING)
    try:
        received = document[start:end].decode()
    except UnicodeDecodeError:
        return None
    found = _RECEIVED.match(received)
    if found is None:
        return None
    assertion_id = found["reference"]
    outlined = b"%b%b%b" % (document[:start], (_OUTLINE % assertion_id).encode(), document[end:])
    # Nothing beside the assertion can then spell its ID.
    if document.count(assertion_id.encode()) != _TWICE or b"&#" in outlined:
        return None
    signed = START + found["head"] + received[found.end() :]
    content = _content(signed)
    if content is None:
        return None
    try:
        parts = written_parts(found)
    except UnexpectedShape:
        return None
    return WrittenAssertion(content, parts, signed.encode(), outlined)


def unparsed_elements(document: bytes, outlined: bytes) -> int:
    """How many elements `outlined` lacks: every element of an assertion we write has an end tag."""
    return document.count(b"</") - outlined.count(b"</") - _EMPTY_IN_OUTLINE


def _content(signed: str) -> Assertion | None:
    found = _SIGNED.fullmatch(signed)
    if found is None:
        return None
    assertion_id, issued, issuer_format, issuer, name_id, authn, context, decl, statement = found.groups()
    attributes = _attributes(statement)
    if attributes is None:
        return None
    return Assertion(
        assertion_id=assertion_id,
        version="2.0",
        issue_instant=unescape(issued),
        issuer=stripped(issuer),
        issuer_format=unescape(issuer_format),
        name_id=stripped(name_id),
        not_before=None,
        not_on_or_after=None,
        authn_instant=unescape(authn),
        session_not_on_or_after=None,
        authn_context_class=stripped(context),
        authn_context_decl=None if decl is None else stripped(decl),
        attributes=attributes,
    )


def _attributes(statement: str) -> tuple[Attribute, ...] | None:
    """Cut at the only marks allowed between two attributes; each part must then be one, whole."""
    if not (statement.startswith(_FIRST) and statement.endswith(_LAST)):
        return None
    attributes: list[Attribute] = []
    for text in statement[len(_FIRST) : -len(_LAST)].split(_LAST + _FIRST):
        # A patient's number holds references (&amp;): it is read every time, and kept nowhere.
        kept = len(text) < _MAX_KEPT and "&" not in text
        attribute = _kept_attribute(text) if kept else _attribute(text)
        if attribute is None:
            return None
        attributes.append(attribute)
    return tuple(attributes)


def _attribute(text: str) -> Attribute | None:
    """What stands between the marks: a name, and its text or the elements it holds."""
    name, typed, value = text.partition(_TYPED)
    if not typed:
        name, _, held = text.partition(_HOLDING)
        values = _held(held)
    else:
        values = (stripped(value),) if _TEXTS.fullmatch(value) else None
    return Attribute(name, values) if values is not None and _NAMES.fullmatch(name) else None


# The software, the structure, the user and his roles come back in every token.
_kept_attribute = lru_cache(maxsize=4096)(_attribute)


def _held(values: str) -> tuple[AttributeValue, ...] | None:
    """The CE elements of an Attribute."""
    found = [_CE.fullmatch(value) for value in values.split(_NEXT_VALUE)]
    elements = [element.groups() for element in found if element is not None]
    orders = [_NAME.findall(plain) for _, _, plain in elements]
    if len(elements) != len(found) or any(order != sorted(set(order)) for order in orders):
        return None
    return tuple([empty_element("", name, inside, "") for name, inside, _ in elements])
