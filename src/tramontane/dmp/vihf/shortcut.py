"""A token of our own form that passes every step, accepted without going through them one by one (ADR 6).

A step is named where it is proven. None is no judgement: the numbered steps then say what there is to say.
"""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.identity import Ins
from tramontane.dmp.saml import (
    MOST_ATTRIBUTES,
    WrittenAssertion,
    cut_attributes,
    find_written,
    names,
    read_written_instant,
)
from tramontane.dmp.signature import CertificateUsage
from tramontane.dmp.vihf.attributes import RESOURCE_ID
from tramontane.dmp.vihf.policy import SigningCertificate, VerificationPolicy, load_certificate
from tramontane.dmp.vihf.statement import stated
from tramontane.dmp.vihf.steps_envelope import crowded, place_in_envelope
from tramontane.dmp.vihf.verified import VerifiedVihf
from tramontane.dmp.xml import parser

# UTF-8 whatever follows: no mark, and no other encoding declared.
_UTF_8 = re.compile(rb'(?:<\?xml version="1\.0"(?: encoding="UTF-8")?\?>[ \t\r\n]*)?<[A-Za-z]')
_SHORTEST_ELEMENT = 3  # bytes
_DECLARED = 2  # prefixes, by the assertion


def accept_at_once(document: bytes, policy: VerificationPolicy, at: datetime, *, bare: bool) -> VerifiedVihf | None:
    """The value of a token that every numbered step would pass without a word; None is no judgement.

    Args:
        at: instant of reception, aware.
        bare: the document is an assertion, not an envelope.
    """
    try:
        written = find_written(document) if _is_small(document, policy) and _UTF_8.match(document) else None
        if written is None or not _is_in_place(written, policy, bare=bare):
            return None
        signer = _signer(written, policy, at)
        return None if signer is None else _verified(written, signer, policy, at)
    except (TramontaneError, etree.XMLSyntaxError, ValueError):
        return None


def _is_small(document: bytes, policy: VerificationPolicy) -> bool:
    """Steps `taille` and `limites`, but for the attributes of the elements around."""
    limits = (policy.max_header_bytes, policy.max_envelope_bytes, policy.max_header_nodes * _SHORTEST_ELEMENT)
    return len(document) <= min(*limits, *policy.max_markup) and policy.max_attributes >= MOST_ATTRIBUTES


def _is_in_place(written: WrittenAssertion, policy: VerificationPolicy, *, bare: bool) -> bool:
    """Steps `xml` to `assertion-enfants`: what is around the assertion, parsed around an empty element of its name.

    An element that is well-formed by itself may replace another without changing the rest of the tree. This one is
    an element of the tree, and not the inside of anything else: the tree has an Assertion, and nothing else spells one.
    """
    outside = written.outside
    # Nothing opens a DOCTYPE, a comment or a CDATA section, and the XML declaration is the only instruction.
    if b"!" in outside or outside.rfind(b"<?") > 0:
        return False
    # A name has one spelling: these stand in no element, but for both tags of the Security around the assertion.
    if outside.count(b"Security") != (0 if bare else 2) or b"Assertion" in outside or b"Signature" in outside:
        return False
    if outside.count(b"xmlns") + _DECLARED > policy.max_prefixes:
        return False
    root = etree.fromstring(written.outlined, parser())
    if outside.count(b"=") > policy.max_attributes and crowded(policy.max_attributes)(root):
        return False
    assertion = next(root.iter(names.ASSERTION), None)
    if assertion is None:
        return False
    return assertion is root if bare else place_in_envelope(root, assertion) is None


def _signer(written: WrittenAssertion, policy: VerificationPolicy, at: datetime) -> SigningCertificate | None:
    """Steps `signature-forme` to `emetteur`. What the form fixes (algorithms, reference, types) is always allowed."""
    der, keys = written.signature.certificate_der, policy.keys
    signer = load_certificate(der) if keys.admits(der) else None
    if signer is None or not written.signature.vouches(written.signed, signer.public_key):
        return None
    usable = CertificateUsage.SIGNATURE in signer.usages and signer.is_valid(at)
    if not usable or keys.distrust(signer.certificate, at) is not None or written.issuer != signer.subject_dn:
        return None
    return signer


def _verified(
    written: WrittenAssertion, signer: SigningCertificate, policy: VerificationPolicy, at: datetime
) -> VerifiedVihf | None:
    """The other steps: dates, attributes, rules.

    Raises:
        TramontaneError, ValueError: a value that cannot be one.
    """
    issued, logon = read_written_instant(written.issue_instant), read_written_instant(written.authn_instant)
    if not (policy.is_fresh(issued, at) and policy.is_past(logon, issued) and policy.is_recent(logon, issued)):
        return None
    cut = cut_attributes(written.attributes, apart=RESOURCE_ID)
    if cut is None or (cut[1] is None and policy.patient_required):
        return None
    attributes, patient = cut
    said = stated(attributes, written.name_id, written.authn_context_class, written.authn_context_decl, policy.profile)
    if said is None:
        return None
    return VerifiedVihf(
        said.content.about(None if patient is None else Ins.from_cx(patient), authn_instant=logon),
        written.assertion_id,
        issued,
        written.issuer,
        signer.certificate,
        said.version,
    )
