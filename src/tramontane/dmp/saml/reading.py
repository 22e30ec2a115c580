"""Reading an assertion that has exactly the elements of the French profile, in their order.

Read from canonical bytes that were verified, and from nothing else: they must match, whole, the one form allowed.
What SAML allows and no official sample uses (SubjectConfirmation, AudienceRestriction, EncryptedAttribute, a second
statement…) is refused: ignoring a restriction written by the issuer would be accepting more than what was signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from tramontane.dmp.saml.names import SAML
from tramontane.dmp.signature import UnexpectedShape
from tramontane.dmp.signature.grammar import NAME, NAMESPACES, PREFIX, SPACE, TEXT, VALUE, unescape

_REFERENCE = "protocole DMP, VIHF ; SAML 2.0 core §2"
_SPACES = " \t\r\n"
_START = re.compile(f"<({PREFIX})Assertion({NAMESPACES})")
_ATTRIBUTE = re.compile(rf' ({PREFIX}{NAME})="({VALUE})"')
_TAG = re.compile(rf"<(?:{NAME}:)?({NAME})")


@dataclass(frozen=True, slots=True)
class ElementValue:
    """An empty element held by an AttributeValue.

    Attributes:
        attributes: by name as written, prefix included, namespace declarations apart.
    """

    namespace: str
    name: str
    attributes: Mapping[str, str]


AttributeValue: TypeAlias = str | ElementValue


@dataclass(frozen=True, slots=True)
class Attribute:
    """One Attribute: each value is its whole text, stripped, or the one element it holds."""

    name: str
    values: tuple[AttributeValue, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
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


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The form allowed, for one prefix of the SAML namespace."""

    assertion: re.Pattern[str]
    string: re.Pattern[str]
    attribute: re.Pattern[str]
    value: re.Pattern[str]


@lru_cache(maxsize=16)
def _grammar(prefix: str) -> _Grammar:
    """`prefix` ends with a colon, or is empty; nothing inside may bind it again."""

    def element(name: str, attributes: str, content: str) -> str:
        return f"<{prefix}{name}{attributes}>{content}</{prefix}{name}>{SPACE}"

    def text(name: str, attributes: str) -> str:
        group = name[0].lower() + name[1:]
        return element(name, attributes, f"(?P<{group}>{TEXT})")

    def optional(name: str) -> str:
        group = name[0].lower() + name[1:]
        return f'(?: {name}="(?P<{group}>{VALUE})")?'

    bound = f":{prefix[:-1]}=" if prefix else "="
    other = f'(?: xmlns(?!{re.escape(bound)})(?::{NAME})?="{VALUE}")*'
    typed = rf'{other}(?: {PREFIX}type="{VALUE}")?'
    context = text("AuthnContextClassRef", typed) + "(?:" + text("AuthnContextDecl", typed) + ")?"
    conditions = element("Conditions", optional("NotBefore") + optional("NotOnOrAfter"), SPACE)
    session = optional("AuthnInstant") + f'(?: SessionIndex="{VALUE}")?' + optional("SessionNotOnOrAfter")
    body = (
        text("Issuer", f'(?: Format="(?P<format>{VALUE})")?')
        + element("Subject", "", SPACE + text("NameID", f'(?: Format="{VALUE}")?'))
        + f"(?:{conditions})?"
        + element("AuthnStatement", session, SPACE + element("AuthnContext", "", SPACE + context))
        + element("AttributeStatement", "", f"{SPACE}(?P<attributes>.*)")
    )
    names = optional("ID") + optional("IssueInstant") + optional("Version")
    inner = rf'<(?P<q>{PREFIX})(?P<element>{NAME})(?P<inside>(?: {PREFIX}{NAME}="{VALUE}")*)></(?P=q)(?P=element)>'
    opened = f'<{prefix}Attribute(?: FriendlyName="{VALUE}")? Name="({VALUE})"(?: NameFormat="{VALUE}")?>{SPACE}'
    closed = f"</{prefix}Attribute>{SPACE}"
    return _Grammar(
        re.compile(f"<{prefix}Assertion{NAMESPACES}{names}>{SPACE}{body}</{prefix}Assertion>", re.DOTALL),
        re.compile(opened + f"<{prefix}AttributeValue{typed}>({TEXT})</{prefix}AttributeValue>{SPACE}{closed}"),
        re.compile(opened),
        re.compile(
            f"<{prefix}AttributeValue{typed}>(?:(?P<text>{TEXT})|{SPACE}{inner}{SPACE})</{prefix}AttributeValue>{SPACE}"
            f"(?P<last>{closed})?"
        ),
    )


def read_assertion(canonical: bytes) -> Assertion:
    """Read the canonical form of an assertion without its Signature.

    Raises:
        UnexpectedShape: an element missing, added or out of order, or mixed content in a value.
    """
    text = canonical.decode()
    start = _START.match(text)
    if start is None or _namespace(start[1], start[2]) != SAML:
        raise _unlike(text)
    grammar = _grammar(start[1])
    found = grammar.assertion.fullmatch(text)
    if found is None:
        raise _unlike(text)
    part = found.groupdict()
    return Assertion(
        assertion_id=unescape(part["iD"] or ""),
        version=unescape(part["version"] or ""),
        issue_instant=unescape(part["issueInstant"] or ""),
        issuer=_stripped(part["issuer"]),
        issuer_format=unescape(part["format"] or ""),
        name_id=_stripped(part["nameID"]),
        not_before=part["notBefore"],
        not_on_or_after=part["notOnOrAfter"],
        authn_instant=unescape(part["authnInstant"] or ""),
        session_not_on_or_after=part["sessionNotOnOrAfter"],
        authn_context_class=_stripped(part["authnContextClassRef"]),
        authn_context_decl=None if part["authnContextDecl"] is None else _stripped(part["authnContextDecl"]),
        attributes=tuple(_attributes(grammar, part["attributes"], start[2])),
    )


def _attributes(grammar: _Grammar, text: str, namespaces: str) -> Iterator[Attribute]:
    position = 0
    while position < len(text):
        string = grammar.string.match(text, position)
        if string is not None:  # one string value: nearly all of them
            yield Attribute(unescape(string[1]), (_stripped(string[2]),))
            position = string.end()
            continue
        opened = grammar.attribute.match(text, position)
        if opened is None:
            raise _unlike(text[position:])
        values, position = _values(grammar, text, opened.end(), namespaces)
        yield Attribute(unescape(opened[1]), values)


def _values(grammar: _Grammar, text: str, position: int, namespaces: str) -> tuple[tuple[AttributeValue, ...], int]:
    """The values of the attribute opened before `position`, and where it ends."""
    values: list[AttributeValue] = []
    while True:
        found = grammar.value.match(text, position)
        if found is None:
            raise _unlike(text[position:])
        content = found["text"]
        values.append(_element(found, namespaces) if content is None else _stripped(content))
        position = found.end()
        if found["last"] is not None:
            return tuple(values), position


def _element(found: re.Match[str], namespaces: str) -> ElementValue:
    return _empty_element(found["q"], found["element"], found["inside"], namespaces)


@lru_cache(maxsize=1024)
def _empty_element(prefix: str, name: str, inside: str, namespaces: str) -> ElementValue:
    """Roles and access modes come back in every token."""
    pairs = _ATTRIBUTE.findall(inside)
    attributes = {key: unescape(value) for key, value in pairs if not key.startswith("xmlns")}
    namespace = _namespace(prefix, inside) or _namespace(prefix, namespaces)
    return ElementValue(namespace, name, MappingProxyType(attributes))


def _namespace(prefix: str, declarations: str) -> str:
    """The URI these declarations bind to a prefix (with its colon, or empty), or ""."""
    opening = f' xmlns:{prefix[:-1]}="' if prefix else ' xmlns="'
    return declarations.partition(opening)[2].partition('"')[0]


def _stripped(text: str) -> str:
    return unescape(text).strip(_SPACES)


def _unlike(text: str) -> UnexpectedShape:
    return UnexpectedShape(
        expected="Issuer, Subject (NameID), [Conditions], AuthnStatement (AuthnContext), AttributeStatement (Attribute), "
        "sans autre élément ni attribut",
        received=" ".join(_TAG.findall(text))[:200],
        location="//Assertion",
        reference=_REFERENCE,
    )
