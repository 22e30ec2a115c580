"""A signed PDF that comes back from elsewhere: is it signed, intact, ours, and by whom. Offline."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.homologation.documents.signature.changes import unexpected
from tramontane.hospital.homologation.documents.signature.report import Check, Report

# It logs each refusal with its whole stack and the names in the certificates: the report says it, to who must know.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)

PADES = "/ETSI.CAdES.detached"
# What pyHanko raises at a PDF, or a CMS, that is not what it should be.
_BROKEN = (
    PdfError,
    CMSExtractionError,
    SignatureValidationError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OSError,
    RecursionError,
    NotImplementedError,
)


def examine(data: bytes, originals: Mapping[str, int], authorities: Sequence[Any]) -> Report:
    """Every check on a signed PDF.

    Args:
        originals: SHA-256 → size of each PV of this dossier that was handed out.
        authorities: certificates trusted for signatures; none: trust is not judged, and said so.
    """
    original, ours = _original(data, originals)
    try:
        reader = PdfFileReader(io.BytesIO(data))
        found = list(reader.embedded_regular_signatures)
        if not found:
            return Report((_unsigned(), ours), original_sha256=original)
        statuses = [validate_pdf_signature(one, _context(authorities)) for one in found]
        changed = _changes(reader, data[: originals[original]] if original else b"")
    except _BROKEN as error:
        return Report((_unreadable(error), ours), original_sha256=original)
    checks = (
        *_integrity(statuses),
        ours,
        changed,
        _trust(statuses, authorities),
        _timestamp(statuses),
    )
    moments = [status.signer_reported_dt for status in statuses if status.signer_reported_dt]
    return Report(
        checks,
        level=_level(found, statuses),
        signers=tuple(_name(status.signing_cert) for status in statuses),
        signed_at=max(moments).astimezone(UTC) if moments else None,
        original_sha256=original,
    )


def _original(data: bytes, originals: Mapping[str, int]) -> tuple[str, Check]:
    """Which PV of ours the file begins with: a signature is added after the bytes it signs."""
    for digest, size in originals.items():
        if size <= len(data) and hashlib.sha256(data[:size]).hexdigest() == digest:
            return digest, Check("original", "Octets de notre PV", Outcome.PASSED, f"SHA-256 {digest}")
    detail = (
        "le fichier ne commence pas par les octets d’un PV remis par ce dossier : "
        "le parapheur l’a réécrit, ou c’est un autre document"
        if originals
        else "aucun PV de ce dossier n’a été remis"
    )
    return "", Check("original", "Octets de notre PV", Outcome.FAILED, detail)


def _changes(reader: PdfFileReader, original: bytes) -> Check:
    """What was added after our PV: a signature and its appearance, nothing that rewrites a page."""
    title = "Rien d’autre que des signatures ajouté au PV"
    if not original:
        return Check("ajouts", title, Outcome.NOT_RUN, "sans les octets de notre PV, rien n’est comparable")
    found = unexpected(reader, PdfFileReader(io.BytesIO(original)))
    return Check("ajouts", title, _outcome(not found), found)


def _integrity(statuses: Sequence[PdfSignatureStatus]) -> Iterable[Check]:
    intact = all(status.intact and status.valid for status in statuses)
    last = statuses[-1].coverage is SignatureCoverageLevel.ENTIRE_FILE
    later = all(status.bottom_line or _only_untrusted(status) for status in statuses)
    count = len(statuses)
    yield Check("integrite", "Signatures intactes", _outcome(intact), f"{count} signature{'s' if count > 1 else ''}")
    yield Check(
        "couverture",
        "La dernière signature couvre tout le fichier",
        _outcome(last and later),
        "" if last else "des octets suivent la dernière signature",
    )


def _only_untrusted(status: PdfSignatureStatus) -> bool:
    """Trust is a check of its own: here, only what was changed after the signature counts."""
    return bool(status.intact and status.valid and status.docmdp_ok)


def _trust(statuses: Sequence[PdfSignatureStatus], authorities: Sequence[Any]) -> Check:
    title = "Certificats des signataires émis par une autorité de confiance"
    if not authorities:
        return Check(
            "confiance", title, Outcome.NOT_RUN, "aucune autorité n’est configurée (TRAMONTANE_PV_AUTHORITIES)"
        )
    wrong = [_name(status.signing_cert) for status in statuses if not status.trusted]
    detail = f"émetteur inconnu, certificat expiré ou révoqué : {', '.join(wrong)}" if wrong else ""
    return Check("confiance", title, _outcome(not wrong), detail)


def _timestamp(statuses: Sequence[PdfSignatureStatus]) -> Check:
    title = "Horodatage de la signature"
    stamp = statuses[-1].timestamp_validity
    if stamp is None:
        why = "le fichier n’en porte pas : la date est celle que le signataire a donnée"
        return Check("horodatage", title, Outcome.NOT_RUN, why)
    good = bool(stamp.intact and stamp.valid)
    detail = f"{stamp.timestamp.astimezone(UTC).isoformat()}, autorité {_name(stamp.signing_cert)}"
    return Check("horodatage", title, _outcome(good), detail if stamp.trusted else f"{detail}, confiance non établie")


def _level(found: Sequence[Any], statuses: Sequence[PdfSignatureStatus]) -> str:
    if any(one.sig_object.get("/SubFilter") != PADES for one in found):
        return "signature PDF, hors profil PAdES"
    stamped = all(status.timestamp_validity is not None and status.timestamp_validity.valid for status in statuses)
    return "PAdES B-T" if stamped else "PAdES B-B"


def _context(authorities: Sequence[Any]) -> ValidationContext:
    """No network: what the file and the configuration hold, and nothing else."""
    return ValidationContext(trust_roots=list(authorities), allow_fetching=False, revocation_mode="soft-fail")


def _name(certificate: Any) -> str:
    """Who the certificate names, and for whom."""
    names = certificate.subject.native
    said = [str(names[key]) for key in ("common_name", "organization_name") if names.get(key)]
    return ", ".join(said)[:200] or "sans nom"


def _unsigned() -> Check:
    return Check("signature", "Signature électronique", Outcome.FAILED, "le fichier n’en porte aucune")


def _unreadable(error: Exception) -> Check:
    detail = f"le fichier ou sa signature est illisible : {type(error).__name__}"
    return Check("signature", "Signature électronique", Outcome.FAILED, detail)


def _outcome(passed: bool) -> Outcome:  # noqa: FBT001 - the one thing it says
    return Outcome.PASSED if passed else Outcome.FAILED
