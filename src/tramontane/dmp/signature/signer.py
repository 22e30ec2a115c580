"""What signs: anything that holds an RSA private key and its certificate, without showing the key."""

from __future__ import annotations

from typing import Protocol

from cryptography import x509


class Signer(Protocol):
    """A private key in use. PEM, PKCS#12 and PKCS#11 implementations live in `tramontane.client`."""

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate whose public key verifies what `sign` returns."""

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `data`."""
