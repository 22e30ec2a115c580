"""Reading an assertion that has exactly the elements of the French profile, in their order.

Meant for a tree parsed again from the bytes that were verified: nothing else may be read. What SAML allows and no
official sample uses (SubjectConfirmation, AudienceRestriction, EncryptedAttribute, a second statement…) is refused:
ignoring a restriction written by the issuer would be accepting more than what was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from tramontane.dmp.saml import names
from tramontane.dmp.signature import UnexpectedShape
from tramontane.dmp.xml import text_of

_REFERENCE = "protocole DMP, VIHF ; SAML 2.0 core §2"
_ORDER = (names.ISSUER, names.SUBJECT, names.AUTHN_STATEMENT, names.ATTRIBUTE_STATEMENT)
_ORDER_WITH_CONDITIONS = (names.ISSUER, names.SUBJECT, names.CONDITIONS, names.AUTHN_STATEMENT, _ORDER[-1])
_CONTEXT = (names.AUTHN_CONTEXT_CLASS_REF,)
_CONTEXT_WITH_DECL = (*_CONTEXT, names.AUTHN_CONTEXT_DECL)

AttributeValue: TypeAlias = "str | etree._Element"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One Attribute: each value is its whole text, or the one element it holds."""

    name: str
    values: tuple[AttributeValue, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion as written; dates are still text. Missing attributes read as empty, missing elements as None."""

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


def read_assertion(root: etree._Element) -> Assertion:
    """Read an assertion without its Signature.

    Raises:
        UnexpectedShape: an element missing, added or out of order, or mixed content in a value.
    """
    if root.tag != names.ASSERTION:
        raise _unexpected(names.ASSERTION, str(root.tag), "/")
    has_conditions = len(root) == len(_ORDER_WITH_CONDITIONS)
    children = children_of(root, _ORDER_WITH_CONDITIONS if has_conditions else _ORDER)
    issuer, subject, conditions = children[0], children[1], children[2] if has_conditions else None
    authn, statement = children[-2:]
    (name_id,) = children_of(subject, (names.NAME_ID,))
    (context,) = children_of(authn, (names.AUTHN_CONTEXT,))
    class_ref, *decl = children_of(context, _CONTEXT_WITH_DECL if len(context) == len(_CONTEXT_WITH_DECL) else _CONTEXT)
    return Assertion(
        assertion_id=root.get("ID", ""),
        version=root.get("Version", ""),
        issue_instant=root.get("IssueInstant", ""),
        issuer=_text(issuer),
        issuer_format=issuer.get("Format", ""),
        name_id=_text(name_id),
        not_before=_condition(conditions, "NotBefore"),
        not_on_or_after=_condition(conditions, "NotOnOrAfter"),
        authn_instant=authn.get("AuthnInstant", ""),
        session_not_on_or_after=authn.get("SessionNotOnOrAfter"),
        authn_context_class=_text(class_ref),
        authn_context_decl=_text(decl[0]) if decl else None,
        attributes=tuple([_attribute(element) for element in statement]),
    )


def children_of(element: etree._Element, tags: tuple[str, ...]) -> list[etree._Element]:
    """The children, when they are exactly these.

    Raises:
        UnexpectedShape: they are not.
    """
    children = list(element)
    if tuple([child.tag for child in children]) != tags:
        received = " ".join([local_name(child.tag) for child in children]) or "aucun élément"
        raise _unexpected(
            " ".join(map(local_name, tags)) or "aucun élément", received, f"//{local_name(element.tag)}/*"
        )
    return children


def local_name(tag: object) -> str:
    """Local name of an element, for a message; comments and processing instructions have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else "commentaire ou instruction"


def _attribute(element: etree._Element) -> Attribute:
    if element.tag != names.ATTRIBUTE:
        raise _unexpected("Attribute", local_name(element.tag), "//AttributeStatement/*")
    values = list(element)
    if not values or any(value.tag != names.ATTRIBUTE_VALUE for value in values):
        raise _unexpected("AttributeValue", "un autre contenu", "//Attribute/*")
    return Attribute(element.get("Name", ""), tuple([_value(value) for value in values]))


def _value(element: etree._Element) -> AttributeValue:
    if len(element) == 0:
        return text_of(element)
    if len(element) > 1 or (element.text or "").strip() or (element[0].tail or "").strip():
        raise _unexpected("un texte ou un seul élément", "un contenu mêlé", "//AttributeValue")
    return element[0]


def _text(element: etree._Element) -> str:
    if len(element):
        raise _unexpected("du texte seul", "un élément", f"//{local_name(element.tag)}/*")
    return text_of(element)


def _condition(conditions: etree._Element | None, name: str) -> str | None:
    """Only the two dates are allowed: AudienceRestriction must not be filled (ANS mapping of the VIHF)."""
    if conditions is None:
        return None
    children_of(conditions, ())
    return conditions.get(name)


def _unexpected(expected: str, received: str, location: str) -> UnexpectedShape:
    return UnexpectedShape(expected=expected, received=received, location=location, reference=_REFERENCE)
