"""The one place where an RSA signature is verified: PKCS #1 v1.5 (RFC 8017 §8.2.2), as every VIHF is signed."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import HashAlgorithm

_PADDING = PKCS1v15()


def has_signed(key: RSAPublicKey, value: bytes, data: bytes, algorithm: HashAlgorithm) -> bool:
    """Whether `value` is the signature of `data` by the private half of `key`."""
    try:
        key.verify(value, data, _PADDING, algorithm)
    except InvalidSignature:
        return False
    return True
