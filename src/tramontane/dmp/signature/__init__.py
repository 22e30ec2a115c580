"""XML signature: written canonical by construction, read in one exact shape; certificates and their trust."""

from tramontane.dmp.signature.algorithms import STRICT, WITH_SHA1, AllowList
from tramontane.dmp.signature.canonical import canonical, escape_attribute, escape_text
from tramontane.dmp.signature.certificates import (
    CertificateDescription,
    CertificateUsage,
    TrustStore,
    describe,
    same_name,
    usages,
)
from tramontane.dmp.signature.loading import der_certificate, der_crl, pem_certificates, pem_crls, require_readable
from tramontane.dmp.signature.rsa import has_signed
from tramontane.dmp.signature.shape import SignatureParts, UnexpectedShape, read_signature
from tramontane.dmp.signature.signer import Signer
from tramontane.dmp.signature.xmldsig import DSIG, enveloped_signature, key_info

__all__ = [
    "DSIG",
    "STRICT",
    "WITH_SHA1",
    "AllowList",
    "CertificateDescription",
    "CertificateUsage",
    "SignatureParts",
    "Signer",
    "TrustStore",
    "UnexpectedShape",
    "canonical",
    "der_certificate",
    "der_crl",
    "describe",
    "enveloped_signature",
    "escape_attribute",
    "escape_text",
    "has_signed",
    "key_info",
    "pem_certificates",
    "pem_crls",
    "read_signature",
    "require_readable",
    "same_name",
    "usages",
]
