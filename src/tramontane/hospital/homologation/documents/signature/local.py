"""Signing a PV here: PAdES B-B, or B-T when a time-stamping authority answers. A failed time-stamp is said, never faked."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import Signer as PyhankoSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tramontane.dmp.signature import Signer

# Long enough for a service under load; nobody waits longer in front of a form.
TIMEOUT_SECONDS = 8


@dataclass(frozen=True, slots=True)
class SignedFile:
    """The signed PDF. `timestamp_failure`: why it carries no time-stamp although one was asked; empty otherwise."""

    content: bytes
    timestamp_failure: str = ""


def sign(pdf: bytes, key: Signer, *, reason: str, timestamper: TimeStamper | None = None) -> SignedFile:
    """Add one signature after the bytes of a PDF, which stay what they were.

    Raises:
        CertificateMisuse: the key refused.
    """
    if timestamper is None:
        return SignedFile(_signed(pdf, key, reason, None))
    try:
        return SignedFile(_signed(pdf, key, reason, timestamper))
    except (TimestampRequestError, OSError) as error:
        return SignedFile(_signed(pdf, key, reason, None), type(error).__name__)


def detached(data: bytes, key: Signer) -> bytes:
    """A detached CMS signature of some bytes, in DER: what `openssl cms -verify` reads.

    Raises:
        CertificateMisuse: the key refused.
    """
    made = asyncio.run(_Held(key).async_sign_general_data(data, "sha256", detached=True))
    return bytes(made.dump())


def timestamper(url: str) -> TimeStamper | None:
    """The configured RFC 3161 service; None without one."""
    return HTTPTimeStamper(url, timeout=TIMEOUT_SECONDS) if url else None


def _signed(pdf: bytes, key: Signer, reason: str, stamper: TimeStamper | None) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    signer = PdfSigner(metadata, _Held(key), timestamper=stamper, new_field_spec=SigFieldSpec("Signature"))
    written = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(written.getvalue())


class _Held(PyhankoSigner):
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
