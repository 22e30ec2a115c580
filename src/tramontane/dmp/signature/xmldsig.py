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
_SIGNED_INFO = (
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
    f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>'
    '<Reference URI="#%s"><Transforms>'
    f'<Transform Algorithm="{ENVELOPED_SIGNATURE}"></Transform><Transform Algorithm="{EXCLUSIVE_C14N}"></Transform>'
    f'</Transforms><DigestMethod Algorithm="{SHA256}"></DigestMethod><DigestValue>%s</DigestValue></Reference>'
    "</SignedInfo>"
)


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
    signed_info = _SIGNED_INFO % (escape_attribute(reference), digest)
    value = signer.sign(f'<SignedInfo xmlns="{DSIG}">{signed_info}'.encode())
    return b"".join(
        (
            b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>',
            signed_info.encode(),
            b"<SignatureValue>",
            b64encode(value),
            b"</SignatureValue>",
            key_info,
            b"</Signature>",
        )
    )


def key_info(certificate: x509.Certificate) -> bytes:
    """The ``KeyInfo`` element of a certificate: the same bytes in every token it signs."""
    der = b64encode(certificate.public_bytes(Encoding.DER))
    return b"<KeyInfo><X509Data><X509Certificate>" + der + b"</X509Certificate></X509Data></KeyInfo>"
