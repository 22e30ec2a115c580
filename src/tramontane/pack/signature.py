"""The detached CMS signature of a manifest (RFC 5652): intact or not, and by which certificate. Offline."""

from __future__ import annotations

import asyncio
import hashlib

# What a CMS that is not what it should be raises.
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError)


def signer_of(manifest: bytes, signature: bytes) -> str:
    """Names and SHA-256 of the certificate whose key signed these bytes; empty: it did not, or the signature is unreadable.

    Args:
        signature: ContentInfo in DER, one signer, its certificate inside.
    """
    # Heavy, and only a signed pack needs them.
    from asn1crypto.cms import ContentInfo  # type: ignore[import-untyped]  # it has no stubs
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import CMSExtractionError
    from pyhanko.sign.validation import async_validate_detached_cms
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    try:
        signed = ContentInfo.load(signature, strict=True)["content"]
        nobody = ValidationContext(trust_roots=[], allow_fetching=False, revocation_mode="soft-fail")
        status = asyncio.run(async_validate_detached_cms(manifest, signed, signer_validation_context=nobody))
    except (*_BROKEN, PdfError, CMSExtractionError, SignatureValidationError):
        return ""
    if not (status.intact and status.valid):
        return ""
    certificate = status.signing_cert
    return f"{certificate.subject.human_friendly}, SHA-256 {hashlib.sha256(certificate.dump()).hexdigest()}"
