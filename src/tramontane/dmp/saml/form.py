"""The one form of assertion that is read: the elements of the official samples, written in canonical XML."""

from __future__ import annotations

import re
from functools import lru_cache

from tramontane.dmp.signature.grammar import NAME, NAMESPACES, PREFIX, SPACE, TEXT, VALUE


@lru_cache(maxsize=16)
def assertion_form(prefix: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Two patterns for an assertion whose elements carry `prefix` (with its colon, or empty).

    The first matches the whole assertion, its parts named as SAML names them; nothing inside may bind the prefix again.
    The second finds, in the part `attributes` of a match: (name, "", …) for an attribute, ("", text, "", "", "") or
    ("", "", prefix, name, attributes of the element) for each value that follows.
    """

    def element(name: str, attributes: str, content: str) -> str:
        return f"<{prefix}{name}{attributes}>{content}</{prefix}{name}>{SPACE}"

    def text(name: str, attributes: str) -> str:
        return element(name, attributes, f"(?P<{name}>{TEXT})")

    def optional(name: str) -> str:
        return f'(?: {name}="(?P<{name}>{VALUE})")?'

    bound = f":{prefix[:-1]}=" if prefix else "="
    declared = f'(?: xmlns(?!{re.escape(bound)})(?::{NAME})?="{VALUE}")*'
    typed = f'{declared}(?: {PREFIX}type="{VALUE}")?'
    inside = f'(?: {PREFIX}{NAME}="{VALUE}")*'
    held = f"<(?P<q>{PREFIX})(?P<e>{NAME}){inside}></(?P=q)(?P=e)>"
    value = element("AttributeValue", typed, f"(?:{TEXT}|{SPACE}{held}{SPACE})")
    named = f'(?: FriendlyName="{VALUE}")? Name="[^"]+"(?: NameFormat="{VALUE}")?'
    attribute = element("Attribute", named, f"{SPACE}(?:{value})+")
    session = optional("AuthnInstant") + f'(?: SessionIndex="{VALUE}")?' + optional("SessionNotOnOrAfter")
    context = text("AuthnContextClassRef", typed) + f"(?:{text('AuthnContextDecl', typed)})?"
    conditions = element("Conditions", optional("NotBefore") + optional("NotOnOrAfter"), SPACE)
    whole = element(
        "Assertion",
        NAMESPACES + optional("ID") + optional("IssueInstant") + optional("Version"),
        SPACE
        + text("Issuer", optional("Format"))
        + element("Subject", "", SPACE + text("NameID", f'(?: Format="{VALUE}")?'))
        + f"(?:{conditions})?"
        + element("AuthnStatement", session, SPACE + element("AuthnContext", "", SPACE + context))
        + element("AttributeStatement", "", f"{SPACE}(?P<attributes>(?:{attribute})*)"),
    )
    parts = (
        f'<{prefix}Attribute(?:(?: FriendlyName="{VALUE}")? Name="([^"]+)"'
        f"|Value{typed}>(?:({TEXT})</{prefix}|{SPACE}<({PREFIX})({NAME})({inside})></))"
    )
    return re.compile(whole), re.compile(parts)
