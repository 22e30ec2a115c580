"""Steps 11 to 18: the signature, and the only bytes that may be read afterwards."""

from __future__ import annotations

import hashlib
import hmac
import re

from lxml import etree

from tramontane.dmp.saml import names, read_assertion
from tramontane.dmp.signature import canonical, has_signed, read_signature
from tramontane.dmp.signature.algorithms import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, RSA_SHA1, SHA1
from tramontane.dmp.vihf.examination import Examination, Failed, Finding, Step, Tolerated
from tramontane.dmp.vihf.policy import load_certificate
from tramontane.dmp.xml import HL7

_TYPES = frozenset({(names.XS, "string"), (HL7, "CE")})
_TYPED = (names.ATTRIBUTE_VALUE, names.AUTHN_CONTEXT_CLASS_REF, names.AUTHN_CONTEXT_DECL, f"{{{HL7}}}*")
_TYPE = re.compile(rb':type="([^"]*)"')
_USUAL_TYPES = frozenset({b"xs:string", b"CE"})


def _shape(examination: Examination) -> Finding:
    examination.parts = read_signature(examination.signature)
    return None


def _algorithms(examination: Examination) -> Finding:
    parts, allowed = examination.parts, examination.policy.algorithms
    fixed = (parts.canonicalization, *parts.transforms)
    if fixed != (EXCLUSIVE_C14N, ENVELOPED_SIGNATURE, EXCLUSIVE_C14N):
        return Failed(" ".join(fixed)[:300])
    if parts.signature_method not in allowed.signatures or parts.digest_method not in allowed.digests:
        return Failed(f"{parts.signature_method} {parts.digest_method}"[:300])
    old = {parts.signature_method, parts.digest_method} & {RSA_SHA1, SHA1}
    return Tolerated("SHA-1, déconseillé") if old else None


def _reference(examination: Examination) -> Finding:
    uri = examination.parts.uri
    return None if uri == "#" + examination.assertion.get("ID", "") else Failed(f"« {uri[:80]} »")


def _key(examination: Examination) -> Finding:
    """The key comes from configuration; KeyInfo only says which of ours, never brings one."""
    der = examination.parts.certificate
    if not examination.policy.keys.admits(der):
        return Failed(f"un certificat d'empreinte SHA-256 {hashlib.sha256(der).hexdigest()}")
    signer = load_certificate(der)
    if signer is None:
        return Failed("un contenu qui n'est pas un certificat RSA de 2048 bits ou plus")
    examination.signer = signer
    return None


def _digest(examination: Examination) -> Finding:
    parts = examination.parts
    _detach(examination.signature)
    examination.signed_bytes = canonical(examination.assertion, parts.reference_prefixes)
    name = examination.policy.algorithms.digests[parts.digest_method]
    digest = hashlib.new(name, examination.signed_bytes).digest()
    return None if hmac.compare_digest(digest, parts.digest_value) else Failed("une autre empreinte")


def _detach(signature: etree._Element) -> None:
    """The enveloped-signature transform: the element goes, the text after it stays."""
    parent, before = signature.getparent(), signature.getprevious()
    if parent is None or before is None:
        raise AssertionError("the place and the order of the Signature are checked before")
    before.tail = (before.tail or "") + (signature.tail or "") or None
    signature.tail = None
    parent.remove(signature)


def _signature(examination: Examination) -> Finding:
    parts = examination.parts
    algorithm = examination.policy.algorithms.signatures[parts.signature_method]
    key = examination.signer.public_key
    signed = has_signed(key, parts.signature_value, parts.signed_info, algorithm)
    return None if signed else Failed("une signature qui ne correspond pas")


def _read_again(examination: Examination) -> Finding:
    """A verifier that read the received tree fell to a comment in NameID: only the verified bytes are read."""
    content = read_assertion(examination.signed_bytes)
    if "#" + content.assertion_id != examination.parts.uri:
        return Failed("une autre assertion que celle qui est référencée")
    examination.content = content
    return None


def _types(examination: Examination) -> Finding:
    """The prefix inside xsi:type is no part of the canonical form: its declaration is checked here, or by nobody."""
    found = set(_TYPE.findall(examination.signed_bytes))
    declared_once = examination.data.count(b"xmlns:xs=") == 1
    if found <= _USUAL_TYPES and declared_once and examination.assertion.nsmap.get("xs") == names.XS:
        return None
    found_one: Finding = None
    for element in examination.assertion.iter(*_TYPED):
        found_one = found_one or _type(element)
    return found_one


def _type(element: etree._Element) -> Finding:
    value = element.get(names.XSI_TYPE)
    if value is None:
        return None
    prefix, _, name = value.rpartition(":")
    known = (element.nsmap.get(prefix or None), name) in _TYPES
    return None if known else Failed(f"xsi:type « {value[:40]} »")


_DSIG = "XML Signature 1.0 §4"
_VIHF = "protocole DMP, VIHF, signature"
_TAMPERED = "le VIHF a été modifié après signature : régénérez-le et transmettez-le tel quel"

SIGNATURE_STEPS: tuple[Step, ...] = (
    Step(
        "signature-forme",
        "La signature a exactement les éléments attendus",
        "SignedInfo (une Reference, deux Transform), SignatureValue, KeyInfo/X509Data/X509Certificate",
        "//Signature",
        _DSIG,
        "produisez la signature dans la forme des exemples officiels",
        _shape,
        stops=True,
    ),
    Step(
        "algorithmes",
        "Les algorithmes sont admis",
        "exc-c14n, enveloped-signature, rsa-sha256, sha256",
        "//Signature//@Algorithm",
        _VIHF,
        "signez en RSA-SHA256 avec canonicalisation exclusive",
        _algorithms,
        stops=True,
    ),
    Step(
        "reference",
        "La signature porte sur cette assertion",
        "# suivi de l'ID de l'assertion",
        "//Signature/SignedInfo/Reference/@URI",
        _VIHF,
        "référencez l'assertion par son ID",
        _reference,
        stops=True,
    ),
    Step(
        "cle",
        "Le certificat du KeyInfo est admis par la configuration",
        "un certificat admis",
        "//KeyInfo/X509Data/X509Certificate",
        _VIHF,
        "signez avec le certificat déclaré, ou déclarez celui-ci",
        _key,
        stops=True,
    ),
    Step(
        "empreinte",
        "L'empreinte de l'assertion est celle qui est signée",
        "l'empreinte recalculée",
        "//Signature/SignedInfo/Reference/DigestValue",
        _DSIG,
        _TAMPERED,
        _digest,
        stops=True,
    ),
    Step(
        "signature",
        "La signature est celle de ce certificat",
        "une signature valable",
        "//Signature/SignatureValue",
        _DSIG,
        "vérifiez que la clé privée est celle du certificat transmis",
        _signature,
        stops=True,
    ),
    Step(
        "relecture",
        "Les octets vérifiés, relus seuls, forment l'assertion attendue",
        "l'assertion référencée, dans sa forme exacte",
        "//Assertion",
        "protocole DMP, VIHF ; SAML 2.0 core §2",
        "retirez les éléments SAML que le VIHF ne prévoit pas",
        _read_again,
        stops=True,
    ),
    Step(
        "types",
        "Les types déclarés existent",
        "xs:string de XML Schema, CE de HL7 V3",
        "//@xsi:type",
        "XML Schema partie 1, §2.6.1",
        "déclarez le préfixe xs sur l'assertion",
        _types,
        stops=True,
    ),
)
