"""Reading an enveloped XML signature: one exact shape, everything else is refused before any cryptography.

Whatever is optional in XML Signature (several References, Object, KeyValue, XPath, base64 with a comment inside…)
is how signatures were forged. The French samples use none of it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.xmldsig import DSIG

EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
_REFERENCE = "XML Signature 1.0 §4 ; protocole DMP, VIHF, signature"
_SPACES = re.compile(r"[ \t\r\n]+")
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}|#default")
_MAX_PREFIXES = 8


class UnexpectedShape(MalformedMessage):
    """An element that is not exactly what the profile says. `location` is where, as a short XPath."""

    code = "forme-inattendue"

    def __init__(self, *, expected: str, received: str, location: str, reference: str = _REFERENCE) -> None:
        super().__init__(
            "Le message n'a pas exactement la forme attendue.",
            expected=expected,
            received=received,
            reference=reference,
        )
        self.location = location


@dataclass(frozen=True, slots=True)
class SignatureParts:
    """What a well-shaped Signature says. Nothing here is verified.

    Attributes:
        signed_info: the element, in its document.
        canonicalization, signature_method, transforms, digest_method: algorithm URIs, as written.
        signed_info_prefixes, reference_prefixes: InclusiveNamespaces PrefixList of each canonicalisation.
        certificate: DER of the KeyInfo. A KeyInfo that holds anything else, or none, is refused.
    """

    signed_info: etree._Element
    canonicalization: str
    signature_method: str
    signed_info_prefixes: tuple[str, ...]
    uri: str
    transforms: tuple[str, str]
    reference_prefixes: tuple[str, ...]
    digest_method: str
    digest_value: bytes
    signature_value: bytes
    certificate: bytes


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"


_SIGNATURE = (_ds("SignedInfo"), _ds("SignatureValue"), _ds("KeyInfo"))
_SIGNED_INFO = (_ds("CanonicalizationMethod"), _ds("SignatureMethod"), _ds("Reference"))
_REFERENCE_CHILDREN = (_ds("Transforms"), _ds("DigestMethod"), _ds("DigestValue"))
_TRANSFORMS = (_ds("Transform"), _ds("Transform"))
_X509_DATA = (_ds("X509Data"),)
_X509_CERTIFICATE = (_ds("X509Certificate"),)
_INCLUSIVE = f"{{{EC}}}InclusiveNamespaces"


def read_signature(signature: etree._Element) -> SignatureParts:
    """Read a ``ds:Signature`` that has exactly the shape of the profile.

    Raises:
        UnexpectedShape: another child, another order, text between elements, an attribute out of place, base64 that
            is not the one way to write its bytes.
    """
    signed_info, value, key_info = _children(signature, _SIGNATURE, ("Id",))
    c14n, method, reference = _children(signed_info, _SIGNED_INFO)
    transforms, digest_method, digest_value = _children(reference, _REFERENCE_CHILDREN, ("URI",))
    enveloped, exclusive = _children(transforms, _TRANSFORMS)
    return SignatureParts(
        signed_info=signed_info,
        canonicalization=_algorithm(c14n, may_include=True),
        signature_method=_algorithm(method),
        signed_info_prefixes=_prefixes(c14n),
        uri=reference.get("URI", ""),
        transforms=(_algorithm(enveloped), _algorithm(exclusive, may_include=True)),
        reference_prefixes=_prefixes(exclusive),
        digest_method=_algorithm(digest_method),
        digest_value=_base64(digest_value),
        signature_value=_base64(value),
        certificate=_certificate(key_info),
    )


def _children(element: etree._Element, tags: tuple[str, ...], attributes: tuple[str, ...] = ()) -> list[etree._Element]:
    children = list(element)
    if tuple([child.tag for child in children]) != tags:
        raise UnexpectedShape(
            expected=", ".join(map(_local, tags)),
            received=", ".join([_local(child.tag) for child in children]) or "aucun élément",
            location=f"//{_local(element.tag)}/*",
        )
    _only_attributes(element, attributes)
    _no_text(element, children)
    return children


def _only_attributes(element: etree._Element, allowed: tuple[str, ...]) -> None:
    strangers = [name for name in element.keys() if name not in allowed]  # noqa: SIM118  # an element iterates its children
    if strangers:
        raise UnexpectedShape(
            expected=" ou ".join(allowed) or "aucun attribut",
            received=", ".join(map(_local, strangers)),
            location=f"//{_local(element.tag)}/@*",
        )


def _no_text(element: etree._Element, children: list[etree._Element]) -> None:
    texts = (element.text, *(child.tail for child in children))
    if any(text and _SPACES.fullmatch(text) is None for text in texts):
        raise UnexpectedShape(
            expected="aucun texte entre les éléments",
            received="du texte",
            location=f"//{_local(element.tag)}/text()",
        )


def _algorithm(element: etree._Element, *, may_include: bool = False) -> str:
    """The Algorithm of an element that has no parameter, except an InclusiveNamespaces where allowed."""
    _only_attributes(element, ("Algorithm",))
    inclusive = may_include and len(element) == 1
    _children(element, (_INCLUSIVE,) if inclusive else (), ("Algorithm",))
    return element.get("Algorithm", "")


def _prefixes(element: etree._Element) -> tuple[str, ...]:
    """PrefixList of the ANS example of 2024 (``ds saml #default xsi``): it only adds declarations to what is signed."""
    if len(element) == 0:
        return ()
    _children(element[0], (), ("PrefixList",))
    prefixes = tuple(element[0].get("PrefixList", "").split(" "))
    distinct = len(set(prefixes)) == len(prefixes) <= _MAX_PREFIXES
    if not (distinct and all(_PREFIX.fullmatch(prefix) for prefix in prefixes)):
        raise UnexpectedShape(
            expected=f"au plus {_MAX_PREFIXES} préfixes distincts, séparés d'une espace",
            received=f"{len(prefixes)} préfixes",
            location="//InclusiveNamespaces/@PrefixList",
        )
    return prefixes


def _certificate(key_info: etree._Element) -> bytes:
    (x509_data,) = _children(key_info, _X509_DATA)
    (certificate,) = _children(x509_data, _X509_CERTIFICATE)
    return _base64(certificate)


def _base64(element: etree._Element) -> bytes:
    """Exactly one encoding is accepted for given bytes, line breaks apart: stray bits in the last character are not."""
    if len(element):
        raise UnexpectedShape(expected="du texte seul", received="un élément", location=f"//{_local(element.tag)}")
    _only_attributes(element, ())
    text = _SPACES.sub("", element.text or "")
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        decoded = b""
    if not text or b64encode(decoded) != text.encode():
        raise UnexpectedShape(
            expected="base64 canonique, non vide", received="un autre texte", location=f"//{_local(element.tag)}"
        )
    return decoded


def _local(tag: object) -> str:
    """Local name for a message; comments and processing instructions have no name."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else "commentaire ou instruction"
