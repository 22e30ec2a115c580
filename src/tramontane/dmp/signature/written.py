"""The Signature as `enveloped_signature` writes it, to the character: read without a tree (ADR 6)."""

from __future__ import annotations

import re
from functools import lru_cache

from tramontane.dmp.signature.algorithms import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, RSA_SHA256, SHA256
from tramontane.dmp.signature.grammar import form
from tramontane.dmp.signature.shape import SignatureParts, decode_base64
from tramontane.dmp.signature.xmldsig import KEY_INFO, SIGNATURE, SIGNED_INFO, SIGNED_INFO_START

_BASE64 = "[A-Za-z0-9+/]++={0,2}"
# The pattern of a whole Signature; `reference` must be captured before it.
SIGNATURE_FORM = form(
    SIGNATURE,
    f"(?P<signed_info>{form(SIGNED_INFO, '(?P=reference)', f'(?P<digest>{_BASE64})')})",
    f"(?P<signature>{_BASE64})",
    form(KEY_INFO, f"(?P<certificate>{_BASE64})"),
)
# Every token of a hospital carries the same certificate; a refusal is not kept.
_certificate = lru_cache(maxsize=256)(decode_base64)


def written_parts(found: re.Match[str]) -> SignatureParts:
    """What a match of `SIGNATURE_FORM` says: the same as `read_signature` of the element.

    Raises:
        UnexpectedShape: base64 that is not the one way to write its bytes.
    """
    return SignatureParts(
        signed_info=(SIGNED_INFO_START + found["signed_info"]).encode(),
        canonicalization=EXCLUSIVE_C14N,
        signature_method=RSA_SHA256,
        uri="#" + found["reference"],
        transforms=(ENVELOPED_SIGNATURE, EXCLUSIVE_C14N),
        reference_prefixes=(),
        digest_method=SHA256,
        digest_value=decode_base64(found["digest"], "DigestValue"),
        signature_value=decode_base64(found["signature"], "SignatureValue"),
        certificate=_certificate(found["certificate"], "X509Certificate"),
    )
