"""The key of this installation on a pack of proof: one detached signature, for the audit pack and for the objectives'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.signers import Signer as PyhankoSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tramontane.dmp.signature import Signer
from tramontane.hospital.consultations.connection.credentials import open_signer


def configured_key() -> Signer | None:
    """The key of this installation that signs PVs and packs; None when none is configured.

    Raises:
        CertificateMisuse, LocalError: it cannot serve.
    """
    environment = settings.ENVIRONMENT
    return open_signer(environment.pv_key, environment.pv_secret or None) if environment.pv_key else None


def manifest_signature() -> Callable[[bytes], bytes] | None:
    """What signs the manifest of a pack, for `tramontane.pack.stream`; None without a key.

    Raises:
        CertificateMisuse, LocalError: the key configured cannot serve.
    """
    key = configured_key()
    return None if key is None else lambda manifest: detached(manifest, key)


def detached(data: bytes, key: Signer) -> bytes:
    """A detached CMS signature of some bytes, in DER: what `openssl cms -verify` reads.

    Raises:
        CertificateMisuse: the key refused.
    """
    made = asyncio.run(Held(key).async_sign_general_data(data, "sha256", detached=True))
    return bytes(made.dump())


class Held(PyhankoSigner):
    """A key of ours, in memory or in a PKCS#11 token, as pyHanko calls one: RSASSA-PKCS1-v1_5 with SHA-256."""

    def __init__(self, key: Signer) -> None:
        self._key = key
        chain = getattr(key, "chain", ())
        store = SimpleCertificateStore()
        store.register_multiple(_loaded(one) for one in chain)
        super().__init__(signing_cert=_loaded(key.certificate), cert_registry=store, prefer_pss=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's own
        """The signature value; `dry_run` only measures it."""
        if digest_algorithm != "sha256":
            raise ValueError(f"attendu sha256, reçu {digest_algorithm}")
        return bytes(self._key.certificate.public_key().key_size // 8) if dry_run else self._key.sign(data)  # type: ignore[union-attr]  # RSA


def _loaded(certificate: Certificate) -> Any:
    """As pyHanko holds one (asn1crypto)."""
    return next(iter(load_certs_from_pemder_data(certificate.public_bytes(Encoding.DER))))
