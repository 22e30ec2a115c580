"""Reading an enveloped XML signature: one exact shape, everything else is refused before any cryptography.

Whatever is optional in XML Signature (several References, Object, KeyValue, XPath, base64 with a comment inside…)
is how signatures were forged. The French samples use none of it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import NamedTuple

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.algorithms import EXCLUSIVE_C14N
from tramontane.dmp.signature.canonical import canonical
from tramontane.dmp.signature.grammar import NAME, NAMESPACES, PREFIX, SPACE, TEXT, VALUE
from tramontane.dmp.signature.xmldsig import DSIG

_REFERENCE = "XML Signature 1.0 §4 ; protocole DMP, VIHF, signature"
_SPACES = re.compile(r"[ \t\r\n]+")
_MAX_PREFIXES = 8
_PREFIX_LIST = re.compile(rf"(?:#default|{NAME})(?: (?:#default|{NAME})){{0,{_MAX_PREFIXES - 1}}}")


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


class SignatureParts(NamedTuple):
    """What a well-shaped Signature says. Nothing here is verified.

    Attributes:
        signed_info: canonical form of SignedInfo: the bytes that are signed, and that the next fields come from.
        canonicalization, signature_method, transforms, digest_method: algorithm URIs, as written.
        reference_prefixes: InclusiveNamespaces PrefixList of the second transform.
        certificate: DER of the KeyInfo. A KeyInfo that holds anything else, or none, is refused.
    """

    signed_info: bytes
    canonicalization: str
    signature_method: str
    uri: str
    transforms: tuple[str, str]
    reference_prefixes: tuple[str, ...]
    digest_method: str
    digest_value: bytes
    signature_value: bytes
    certificate: bytes


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"


_SIGNATURE = [_ds("SignedInfo"), _ds("SignatureValue"), _ds("KeyInfo")]
_KEY_INFO = [_ds("X509Data")]
_X509_DATA = [_ds("X509Certificate")]
_INCLUSIVE = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


def _element(name: str, attributes: str, content: str = "") -> str:
    return f"<(?P=p){name}{attributes}>{SPACE}{content}</(?P=p){name}>{SPACE}"


def _algorithm(name: str, group: str, content: str = "") -> str:
    return _element(name, f' Algorithm="(?P<{group}>{VALUE})"', content)


def _inclusive(group: str) -> str:
    """PrefixList of the ANS example of 2024 (``ds saml #default xsi``): it only adds declarations to what is signed."""
    return (
        f'(?:<(?P<{group}e>{PREFIX})InclusiveNamespaces{NAMESPACES} PrefixList="(?P<{group}>{VALUE})">'
        f"</(?P={group}e)InclusiveNamespaces>{SPACE})?"
    )


_SIGNED_INFO = re.compile(
    f"<(?P<p>{PREFIX})SignedInfo{NAMESPACES}>{SPACE}"
    + _algorithm("CanonicalizationMethod", "c14n", _inclusive("i"))
    + _algorithm("SignatureMethod", "method")
    + _element(
        "Reference",
        f' URI="(?P<uri>{VALUE})"',
        _element(
            "Transforms",
            "",
            _algorithm("Transform", "first") + _algorithm("Transform", "second", _inclusive("r")),
        )
        + _algorithm("DigestMethod", "digest")
        + f"<(?P=p)DigestValue>(?P<value>{TEXT})</(?P=p)DigestValue>{SPACE}",
    )
    + "</(?P=p)SignedInfo>"
)


def read_signature(signature: etree._Element) -> SignatureParts:
    """Read a ``ds:Signature`` that has exactly the shape of the profile.

    Raises:
        UnexpectedShape: another child, another order, text between elements, an attribute out of place, base64 that
            is not the one way to write its bytes.
    """
    element, value, key_info = _children(signature, _SIGNATURE, ("Id",))
    (x509_data,) = _children(key_info, _KEY_INFO)
    (certificate,) = _children(x509_data, _X509_DATA)
    signed_info = canonical(element, _prefixes_of(element))
    found = _SIGNED_INFO.fullmatch(signed_info.decode())
    if found is None:
        raise _unlike(element)
    return SignatureParts(
        signed_info=signed_info,
        canonicalization=found["c14n"],
        signature_method=found["method"],
        uri=found["uri"],
        transforms=(found["first"], found["second"]),
        reference_prefixes=_prefixes(found["r"]),
        digest_method=found["digest"],
        digest_value=decode_base64(found["value"], "DigestValue"),
        signature_value=_base64(value),
        certificate=_base64(certificate),
    )


def _children(element: etree._Element, tags: list[str], attributes: tuple[str, ...] = ()) -> list[etree._Element]:
    children = list(element)
    if [child.tag for child in children] != tags:
        raise UnexpectedShape(
            expected=", ".join(map(_local, tags)),
            received=", ".join([_local(child.tag) for child in children])[:200] or "aucun élément",
            location=f"//{_local(element.tag)}/*",
        )
    _no_attribute(element, attributes)
    if any(text and _SPACES.fullmatch(text) is None for text in (element.text, *[child.tail for child in children])):
        raise UnexpectedShape(
            expected="aucun texte entre les éléments", received="du texte", location=f"//{_local(element.tag)}/text()"
        )
    return children


def _no_attribute(element: etree._Element, but: tuple[str, ...] = ()) -> None:
    strangers = [name for name in element.keys() if name not in but]  # noqa: SIM118  # an element iterates its children
    if strangers:
        raise UnexpectedShape(
            expected=" ou ".join(but) or "aucun attribut",
            received=", ".join(map(_local, strangers))[:200],
            location=f"//{_local(element.tag)}/@*",
        )


def _prefixes_of(signed_info: etree._Element) -> tuple[str, ...]:
    """How to canonicalise SignedInfo is written in it: read before, and matched again in the canonical bytes."""
    method = signed_info[0] if len(signed_info) else None
    inclusive = method[0] if method is not None and len(method) else None
    return () if inclusive is None or inclusive.tag != _INCLUSIVE else _prefixes(inclusive.get("PrefixList"))


def _prefixes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    if _PREFIX_LIST.fullmatch(text) is None:
        raise UnexpectedShape(
            expected=f"au plus {_MAX_PREFIXES} préfixes séparés d'une espace",
            received="une autre liste",
            location="//InclusiveNamespaces/@PrefixList",
        )
    return tuple(text.split(" "))


def _base64(element: etree._Element) -> bytes:
    if len(element):
        raise UnexpectedShape(expected="du texte seul", received="un élément", location=f"//{_local(element.tag)}")
    _no_attribute(element)
    return decode_base64(element.text or "", _local(element.tag))


def decode_base64(text: str, name: str) -> bytes:
    """Exactly one encoding is accepted for given bytes, line breaks apart: stray bits in the last character are not."""
    decoded = _strict(text)
    if decoded is None:
        decoded = _strict(_SPACES.sub("", text))
    if decoded is None:
        raise UnexpectedShape(expected="base64 canonique, non vide", received="un autre texte", location=f"//{name}")
    return decoded


def _strict(text: str) -> bytes | None:
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if text and b64encode(decoded) == text.encode() else None


def _unlike(element: etree._Element) -> UnexpectedShape:
    received = " ".join([_local(descendant.tag) for descendant in element.iterdescendants()])
    return UnexpectedShape(
        expected="CanonicalizationMethod SignatureMethod Reference (Transforms, DigestMethod, DigestValue), "
        "sans autre attribut ni texte",
        received=received[:200] or "aucun élément",
        location="//SignedInfo",
    )


def _local(tag: object) -> str:
    """Local name for a message; comments and processing instructions have no name."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else "commentaire ou instruction"
