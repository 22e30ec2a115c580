"""The Signature as `enveloped_signature` writes it, to the character: read and verified without a tree (ADR 6)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from tramontane.dmp.signature.grammar import form
from tramontane.dmp.signature.rsa import has_signed
from tramontane.dmp.signature.shape import decode_base64
from tramontane.dmp.signature.xmldsig import KEY_INFO, SIGNATURE, SIGNED_INFO, SIGNED_INFO_START

# Whatever is no base64 is refused when it is decoded, or compared.
_BASE64 = "[^<]++"
# The pattern of a whole Signature; `reference` must be captured before it.
SIGNATURE_FORM = form(
    SIGNATURE,
    f"(?P<signed_info>{form(SIGNED_INFO, '(?P=reference)', f'(?P<digest>{_BASE64})')})",
    f"(?P<signature>{_BASE64})",
    form(KEY_INFO, f"(?P<certificate>{_BASE64})"),
)
_HASH = SHA256()
# Every token of a hospital carries the same certificate; a refusal is not kept.
_certificate = lru_cache(maxsize=256)(decode_base64)


class WrittenSignature(NamedTuple):
    """What a Signature we write says, as text; it is RSA with SHA-256 over one SHA-256. Nothing here is verified.

    Attributes:
        signed_info: SignedInfo, its namespace left out.
        digest, value, certificate: base64, of any spelling.
    """

    signed_info: str
    digest: str
    value: str
    certificate: str

    @property
    def certificate_der(self) -> bytes:
        """The certificate of the KeyInfo.

        Raises:
            UnexpectedShape: base64 that is not the one way to write its bytes.
        """
        return _certificate(self.certificate, "X509Certificate")

    def vouches(self, signed: bytes, key: RSAPublicKey) -> bool:
        """Whether `key` signed these bytes.

        Raises:
            UnexpectedShape: base64 that is not the one way to write its bytes.
        """
        digest = b64encode(hashlib.sha256(signed).digest()).decode()
        if digest != self.digest:
            return False
        value = decode_base64(self.value, "SignatureValue")
        return has_signed(key, value, f"{SIGNED_INFO_START}{self.signed_info}".encode(), _HASH)


def cut_signature(found: re.Match[str]) -> WrittenSignature:
    """What a match of `SIGNATURE_FORM` found."""
    return WrittenSignature(*found.group("signed_info", "digest", "signature", "certificate"))
