"""Steps 1 to 10: the document and the place of the token, before anything is believed.

Each step is cheap before the next. The order and the limits follow what defeated eight implementations out of eight
in our trials: wrapping, floods, DOCTYPE in UTF-16, look-alike namespaces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.saml import names
from tramontane.dmp.signature import DSIG
from tramontane.dmp.soap.names import SOAP_11, SOAP_12, WSSE
from tramontane.dmp.vihf.examination import Examination, Failed, Finding, Step, Tolerated
from tramontane.dmp.xml import markup, parse

_SIGNATURE = f"{{{DSIG}}}Signature"
_SECURITY = f"{{{WSSE}}}Security"
_CHILDREN = (names.ISSUER, _SIGNATURE, names.SUBJECT, names.AUTHN_STATEMENT, names.ATTRIBUTE_STATEMENT)
_CHILDREN_WITH_CONDITIONS = (*_CHILDREN[:3], names.CONDITIONS, *_CHILDREN[3:])
_ENVELOPES = {f"{{{uri}}}Envelope": uri for uri in (SOAP_12, SOAP_11)}
_ENCODINGS = frozenset({"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII"})
# "text/xml with windows-1252 bytes in some sample tokens" (protocol §10)
_TOLERATED_ENCODINGS = frozenset({"WINDOWS-1252", "CP1252", "ISO-8859-1"})
_NC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}", re.ASCII)
_BARE_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}", re.ASCII)

_nodes = etree.XPath("count(descendant-or-self::*)")
_CHARACTER_REFERENCE = re.compile(b"&#")
_TWICE = 2  # in ID, and after # in the Reference
_same_values = etree.XPath("count(//@*[. = $value])")


def _size(examination: Examination) -> Finding:
    policy = examination.policy
    limit = policy.max_header_bytes if examination.bare else policy.max_envelope_bytes
    size = len(examination.data)
    if size > limit:
        return Failed(f"{size} octets", f"au plus {limit} octets")
    found, most = markup(examination.data), policy.max_markup
    if found.tags > most.tags or found.attributes > most.attributes:
        received = f"{found.tags} balises, {found.attributes} attributs"
        return Failed(received, f"au plus {most.tags} balises et {most.attributes} attributs")
    return None


def _well_formed(examination: Examination) -> Finding:
    try:
        examination.root = parse(examination.data)
    except MalformedMessage as error:
        if error.code != "xml-doctype":
            return Failed(error.received[:200])
        examination.doctype = examination.usable = True
    return None


def _no_doctype(examination: Examination) -> Finding:
    return Failed("une déclaration DOCTYPE") if examination.doctype else None


def _encoding(examination: Examination) -> Finding:
    encoding = (examination.root.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding in _ENCODINGS:
        return None
    return Tolerated(encoding) if encoding in _TOLERATED_ENCODINGS else Failed(encoding[:40])


def _header(examination: Examination) -> etree._Element:
    """What is judged strictly: the SOAP header, or the whole of anything else. The body is the transaction's."""
    root = examination.root
    return root[0] if not examination.bare and len(root) else root


def _no_comment(examination: Examination) -> Finding:
    """SOAP allows comments: those of the body, and around the envelope, concern nobody here."""
    root = examination.root
    beside = [*root.itersiblings(etree.PI), *root.itersiblings(etree.PI, preceding=True)]
    if beside or next(root.iter(etree.PI), None) is not None:
        return Failed("une instruction de traitement")
    comment = next(_header(examination).iter(etree.Comment), None)
    return None if comment is None else Failed("un commentaire dans l'en-tête")


def _limits(examination: Examination) -> Finding:
    policy, header = examination.policy, _header(examination)
    if len(header.nsmap) > policy.max_prefixes:  # first: writing the header costs their square
        return Failed("trop de préfixes déclarés", f"au plus {policy.max_prefixes} préfixes à portée de l'en-tête")
    if len(examination.data) > policy.max_header_bytes and len(etree.tostring(header)) > policy.max_header_bytes:
        return Failed("un en-tête trop long", f"au plus {policy.max_header_bytes} octets d'en-tête")
    # An element takes three bytes and more: most of the time there is no need to count.
    if len(examination.data) > policy.max_header_nodes * 3 and _count(header) > policy.max_header_nodes:
        return Failed("trop d'éléments", f"au plus {policy.max_header_nodes} éléments dans l'en-tête")
    if crowded(policy.max_attributes)(header):
        return Failed("un élément à trop d'attributs", f"au plus {policy.max_attributes} attributs par élément")
    return None


def _count(header: etree._Element) -> float:
    return cast("float", _nodes(header))


@lru_cache(maxsize=8)
def crowded(limit: int) -> etree.XPath:
    """A literal position: libxml2 stops at the first such attribute, and does not with a variable."""
    return etree.XPath(f"boolean(descendant-or-self::*/@*[{limit + 1:d}])")


def _unique(examination: Examination) -> Finding:
    """Whatever the namespace: a look-alike is as suspect as a twin."""
    expected = ["Assertion", "Signature"] if examination.bare else ["Security", "Assertion", "Signature"]
    found = list(examination.root.iter("{*}Security", "{*}Assertion", "{*}Signature"))
    received = [_local(element.tag) for element in found]
    examination.usable = "Assertion" in received
    if received != expected:
        return Failed(", ".join(received)[:200] or "aucun")
    examination.assertion, examination.signature = found[-2:]
    return None


def _place(examination: Examination) -> Finding:
    assertion, signature, root = examination.assertion, examination.signature, examination.root
    if assertion.tag != names.ASSERTION or signature.tag != _SIGNATURE or signature.getparent() is not assertion:
        return Failed(f"{assertion.tag}, {signature.tag}"[:200])
    if examination.bare:
        return None if assertion is root else Failed(f"une assertion dans {_local(root.tag)}")
    return place_in_envelope(root, assertion)


def place_in_envelope(root: etree._Element, assertion: etree._Element) -> Finding:
    soap = _ENVELOPES.get(str(root.tag))
    if [child.tag for child in root] != [f"{{{soap}}}Header", f"{{{soap}}}Body"]:
        received = [str(root.tag), *map(_local, [child.tag for child in root])]
        return Failed(" ".join(received)[:200])
    security = assertion.getparent()
    if security is None or security.tag != _SECURITY or security.getparent() is not root[0] or len(security) != 1:
        return Failed("une assertion ailleurs, ou accompagnée")
    if f"{security.text or ''}{assertion.tail or ''}".strip():
        return Failed("du texte à côté de l'assertion")
    strangers = [name for name in security.keys() if _local(name) != "mustUnderstand"]  # noqa: SIM118
    if strangers:
        return Failed(f"Security porte {', '.join(map(_local, strangers))}"[:200])
    return Tolerated("enveloppe SOAP 1.1") if soap == SOAP_11 else None


def _assertion_id(examination: Examination) -> Finding:
    """Which attributes are of type ID depends on who reads: the value may stand in no other attribute, of any name."""
    value = examination.assertion.get("ID", "")
    if _BARE_ID.fullmatch(value) is None:
        return Failed("un identifiant vide ou d'une autre forme")
    if examination.data.count(value.encode()) == _TWICE and _CHARACTER_REFERENCE.search(examination.data) is None:
        return _named(value)  # the document has no other way to spell it: no need to walk the tree
    count = cast("float", _same_values(examination.root, value=value))
    if count != 1:
        return Failed(f"une valeur présente {count:g} fois")
    return _named(value)


def _named(value: str) -> Finding:
    return None if _NC_NAME.fullmatch(value) else Tolerated("un ID qui n'est pas un NCName")


def _children(examination: Examination) -> Finding:
    tags = tuple([child.tag for child in examination.assertion])
    if tags not in (_CHILDREN, _CHILDREN_WITH_CONDITIONS):
        return Failed(" ".join([_local(tag) for tag in tags])[:200])
    return None


def _local(tag: object) -> str:
    """Local name of an element, for a message; comments and processing instructions have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else "commentaire ou instruction"


_SOAP = "SOAP 1.2 partie 1, §5"
_VIHF = "protocole DMP, VIHF, enveloppe"
_OURS = "limite du vérificateur"
_RESEND = "régénérez le VIHF avec l'outil de l'éditeur, sans le modifier"

ENVELOPE_STEPS: tuple[Step, ...] = (
    Step(
        "taille",
        "La taille du message est admise",
        "une taille bornée",
        "/",
        _OURS,
        "vérifiez que les documents sont transmis en MTOM, hors de l'enveloppe",
        _size,
        stops=True,
    ),
    Step(
        "xml",
        "Le message est un document XML bien formé",
        "XML 1.0 bien formé",
        "/",
        "XML 1.0",
        _RESEND,
        _well_formed,
        stops=True,
    ),
    Step(
        "doctype",
        "Le message n'a pas de DTD",
        "aucune DTD",
        "/",
        _SOAP,
        "retirez la déclaration DOCTYPE",
        _no_doctype,
        stops=True,
    ),
    Step(
        "encodage",
        "L'encodage est admis",
        "UTF-8 ou UTF-16",
        "/",
        "XML 1.0 §4.3.3",
        "encodez le message en UTF-8",
        _encoding,
        stops=True,
    ),
    Step(
        "commentaires",
        "Ni instruction de traitement, ni commentaire dans l'en-tête",
        "aucun",
        "//comment() | //processing-instruction()",
        _SOAP,
        "retirez les commentaires et instructions avant de signer",
        _no_comment,
        stops=True,
    ),
    Step(
        "limites",
        "L'en-tête a une taille raisonnable",
        "des dimensions bornées",
        "/Envelope/Header",
        _OURS,
        _RESEND,
        _limits,
        stops=True,
    ),
    Step(
        "unicite",
        "Le message contient un seul Security, une seule Assertion, une seule Signature",
        "Security, Assertion, Signature",
        "//Security | //Assertion | //Signature",
        _VIHF,
        _RESEND,
        _unique,
        stops=True,
    ),
    Step(
        "emplacement",
        "L'assertion est à sa place",
        "Envelope/Header/Security/Assertion/Signature, Assertion seul enfant de Security",
        "/Envelope/Header/Security/Assertion",
        _VIHF,
        _RESEND,
        _place,
        stops=True,
    ),
    Step(
        "assertion-id",
        "L'identifiant de l'assertion est unique dans le message",
        "un identifiant présent une seule fois",
        "//Assertion/@ID",
        "SAML 2.0 core §1.3.4",
        "attribuez un identifiant unique à chaque assertion",
        _assertion_id,
        stops=True,
    ),
    Step(
        "assertion-enfants",
        "L'assertion a exactement les éléments attendus",
        "Issuer Signature Subject [Conditions] AuthnStatement AttributeStatement",
        "//Assertion/*",
        _VIHF,
        _RESEND,
        _children,
        stops=True,
    ),
)
