"""Reading an assertion that has exactly the elements of the French profile, in their order.

Read from canonical bytes that were verified, and from nothing else: they must match, whole, the one form allowed.
What SAML allows and no official sample uses (SubjectConfirmation, AudienceRestriction, EncryptedAttribute, a second
statement…) is refused: ignoring a restriction written by the issuer would be accepting more than what was signed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tramontane.dmp.saml.form import assertion_form
from tramontane.dmp.saml.names import SAML
from tramontane.dmp.signature import UnexpectedShape
from tramontane.dmp.signature.grammar import NAME, NAMESPACES, PREFIX, VALUE, unescape

_REFERENCE = "protocole DMP, VIHF ; SAML 2.0 core §2"
_SPACES = " \t\r\n"
_START = re.compile(f"<({PREFIX})Assertion({NAMESPACES})")
_ATTRIBUTE = re.compile(rf' ({PREFIX}{NAME})="({VALUE})"')
_TAG = re.compile(rf"<(?:{NAME}:)?({NAME})")


class ElementValue(NamedTuple):
    """An empty element held by an AttributeValue.

    Attributes:
        attributes: (name as written, prefix included; value), namespace declarations apart.
    """

    namespace: str
    name: str
    attributes: tuple[tuple[str, str], ...]


AttributeValue: TypeAlias = str | ElementValue


class Attribute(NamedTuple):
    """One Attribute: each value is its whole text, stripped, or the one element it holds."""

    name: str
    values: tuple[AttributeValue, ...]


class Assertion(NamedTuple):
    """An assertion as written; dates are still text. What is missing is None, or empty where it is always expected."""

    assertion_id: str
    version: str
    issue_instant: str
    issuer: str
    issuer_format: str
    name_id: str
    not_before: str | None
    not_on_or_after: str | None
    authn_instant: str
    session_not_on_or_after: str | None
    authn_context_class: str
    authn_context_decl: str | None
    attributes: tuple[Attribute, ...]


def read_assertion(canonical: bytes) -> Assertion:
    """Read the canonical form of an assertion without its Signature.

    Raises:
        UnexpectedShape: an element missing, added or out of order, or mixed content in a value.
    """
    text = canonical.decode()
    start = _START.match(text)
    if start is None or _namespace(start[1], start[2]) != SAML:
        raise _unlike(text)
    whole, attribute_parts = assertion_form(start[1])
    found = whole.fullmatch(text)
    if found is None:
        raise _unlike(text)
    part = found.groupdict()
    return Assertion(
        assertion_id=unescape(part["ID"] or ""),
        version=unescape(part["Version"] or ""),
        issue_instant=unescape(part["IssueInstant"] or ""),
        issuer=stripped(part["Issuer"]),
        issuer_format=unescape(part["Format"] or ""),
        name_id=stripped(part["NameID"]),
        not_before=part["NotBefore"],
        not_on_or_after=part["NotOnOrAfter"],
        authn_instant=unescape(part["AuthnInstant"] or ""),
        session_not_on_or_after=part["SessionNotOnOrAfter"],
        authn_context_class=stripped(part["AuthnContextClassRef"]),
        authn_context_decl=None if part["AuthnContextDecl"] is None else stripped(part["AuthnContextDecl"]),
        attributes=_attributes(attribute_parts.findall(part["attributes"]), start[2]),
    )


def _attributes(parts: list[tuple[str, ...]], namespaces: str) -> tuple[Attribute, ...]:
    """`parts` alternate: an attribute's name, then each of its values."""
    attributes: list[tuple[str, list[AttributeValue]]] = []
    for name, text, prefix, element, inside in parts:
        if name:
            attributes.append((unescape(name), []))
        elif element:
            attributes[-1][1].append(empty_element(prefix, element, inside, namespaces))
        else:
            attributes[-1][1].append(stripped(text))
    return tuple([Attribute(name, tuple(values)) for name, values in attributes])


@lru_cache(maxsize=1024)
def empty_element(prefix: str, name: str, inside: str, namespaces: str) -> ElementValue:
    """Roles and access modes come back in every token."""
    pairs = _ATTRIBUTE.findall(inside)
    attributes = tuple([(key, unescape(value)) for key, value in pairs if not key.startswith("xmlns")])
    namespace = _namespace(prefix, inside) or _namespace(prefix, namespaces)
    return ElementValue(namespace, name, attributes)


def _namespace(prefix: str, declarations: str) -> str:
    """The URI these declarations bind to a prefix (with its colon, or empty), or ""."""
    opening = f' xmlns:{prefix[:-1]}="' if prefix else ' xmlns="'
    return declarations.partition(opening)[2].partition('"')[0]


def stripped(text: str) -> str:
    return unescape(text).strip(_SPACES)


def _unlike(text: str) -> UnexpectedShape:
    return UnexpectedShape(
        expected="Issuer, Subject (NameID), [Conditions], AuthnStatement (AuthnContext), AttributeStatement (Attribute), "
        "sans autre élément ni attribut",
        received=" ".join(_TAG.findall(text))[:200],
        location="//Assertion",
        reference=_REFERENCE,
    )
