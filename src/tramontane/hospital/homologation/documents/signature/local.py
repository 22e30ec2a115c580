"""Signing a PV here: PAdES B-B, or B-T when a time-stamping authority answers. A failed time-stamp is said, never faked."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError

from tramontane.dmp.signature import Signer
from tramontane.hospital.objectives.sealing import Held

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


def timestamper(url: str) -> TimeStamper | None:
    """The configured RFC 3161 service; None without one."""
    return HTTPTimeStamper(url, timeout=TIMEOUT_SECONDS) if url else None


def _signed(pdf: bytes, key: Signer, reason: str, stamper: TimeStamper | None) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    signer = PdfSigner(metadata, Held(key), timestamper=stamper, new_field_spec=SigFieldSpec("Signature"))
    written = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(written.getvalue())
