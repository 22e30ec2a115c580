"""Writing an enveloped XML signature over bytes that are already canonical.

Form of the official VIHF samples: SHA-256, exclusive canonicalisation, one Reference, one X509Certificate.
W3C XML Signature 1.0 §3.1; the private key is only ever seen as a `Signer`.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tramontane.dmp.signature.algorithms import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, RSA_SHA256, SHA256
from tramontane.dmp.signature.canonical import escape_attribute
from tramontane.dmp.signature.signer import Signer

DSIG = "http://www.w3.org/2000/09/xmldsig#"

# Written without a line break and with explicit end tags: its own canonical form (but for xmlns, inherited on the wire).
SIGNED_INFO = (
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
    f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>'
    '<Reference URI="#%s"><Transforms>'
    f'<Transform Algorithm="{ENVELOPED_SIGNATURE}"></Transform><Transform Algorithm="{EXCLUSIVE_C14N}"></Transform>'
    f'</Transforms><DigestMethod Algorithm="{SHA256}"></DigestMethod><DigestValue>%s</DigestValue></Reference>'
    "</SignedInfo>"
)
SIGNED_INFO_START = f'<SignedInfo xmlns="{DSIG}">'
SIGNATURE = f'<Signature xmlns="{DSIG}"><SignedInfo>%s<SignatureValue>%s</SignatureValue>%s</Signature>'
KEY_INFO = "<KeyInfo><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo>"
_SIGNATURE, _KEY_INFO = SIGNATURE.encode(), KEY_INFO.encode()


def enveloped_signature(signed: bytes, *, reference: str, signer: Signer, key_info: bytes) -> bytes:
    """The ``ds:Signature`` element to insert in the element whose canonical form, without it, is `signed`.

    Args:
        signed: exclusive canonical form of the element.
        reference: value of its ID attribute.
        signer: the private key.
        key_info: what `key_info` makes of its certificate.

    Raises:
        LocalError: `reference` holds a character XML cannot carry.
    """
    digest = b64encode(hashlib.sha256(signed).digest()).decode()
    signed_info = SIGNED_INFO % (escape_attribute(reference), digest)
    value = signer.sign((SIGNED_INFO_START + signed_info).encode())
    return _SIGNATURE % (signed_info.encode(), b64encode(value), key_info)


def key_info(certificate: x509.Certificate) -> bytes:
    """The ``KeyInfo`` element of a certificate: the same bytes in every token it signs."""
    return _KEY_INFO % b64encode(certificate.public_bytes(Encoding.DER))
