"""Exclusive XML Canonicalization 1.0: written by construction, read through libxml2.

Text escaped as Canonical XML 1.0 §2.3 says, attributes and namespaces written in its order, give bytes that are
their own canonical form: nothing has to be canonicalised before signing. The usual `& <` escaping is not enough
(CR in text; tab, line feed and CR in attributes).
"""

from __future__ import annotations

import re

from lxml import etree

from tramontane.dmp.errors import LocalError, MalformedMessage

# XML 1.0 §2.2 production [2]: what no escaping can carry. Lone surrogates included.
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_IS_FORBIDDEN = re.compile(f"[{_FORBIDDEN}]")
_TEXT_NEEDS_WORK = re.compile(f"[&<>\r{_FORBIDDEN}]")
_ATTRIBUTE_NEEDS_WORK = re.compile(f'[&<"\t\n\r{_FORBIDDEN}]')


def escape_text(text: str) -> str:
    """A text node, escaped as Canonical XML does.

    Raises:
        LocalError: `caractere-interdit`, a character XML 1.0 cannot carry.
    """
    if _TEXT_NEEDS_WORK.search(text) is None:
        return text
    _refuse_forbidden(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def escape_attribute(text: str) -> str:
    """An attribute value between double quotes, escaped as Canonical XML does.

    Raises:
        LocalError: `caractere-interdit`, a character XML 1.0 cannot carry.
    """
    if _ATTRIBUTE_NEEDS_WORK.search(text) is None:
        return text
    _refuse_forbidden(text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")


def _refuse_forbidden(text: str) -> None:
    found = _IS_FORBIDDEN.search(text)
    if found:
        raise LocalError(
            "Une valeur contient un caractère que XML ne peut pas transporter.",
            code="caractere-interdit",
            expected="des caractères XML 1.0",
            received=f"U+{ord(found[0]):04X} en position {found.start() + 1}",
            reference="XML 1.0 §2.2",
            next_step="retirez ce caractère de la donnée d'origine",
        )


def canonical(element: etree._Element, inclusive_prefixes: tuple[str, ...] = ()) -> bytes:
    """The exclusive canonical form, without comments, of an element and its descendants.

    Args:
        inclusive_prefixes: PrefixList of ``ec:InclusiveNamespaces``; ``#default`` is the default namespace.

    Raises:
        MalformedMessage: libxml2 finds no canonical form, e.g. because of a relative namespace URI.
    """
    try:
        return etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(inclusive_prefixes) or None,
        )
    except etree.C14NError as error:
        raise MalformedMessage(
            "Un élément signé n'a pas de forme canonique.",
            code="xml-non-canonique",
            expected="des espaces de noms désignés par une URI absolue",
            received=str(error),
            reference="Canonical XML 1.0 §1.3",
            next_step="corrigez les déclarations d'espaces de noms avant de signer",
        ) from error
