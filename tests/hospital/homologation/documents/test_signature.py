"""A PV signed here or elsewhere is verified before it is believed, and every forgery we know of is seen."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper

from support.paper_contents import AT, content
from support.pki import TestPki
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature import local, verifying
from tramontane.hospital.homologation.documents.signature.changes import unexpected
from tramontane.hospital.homologation.documents.signature.report import Report, scanned
from tramontane.ui import document

PASSED, FAILED, NOT_RUN = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_RUN


@pytest.fixture(scope="module")
def pv() -> bytes:
    return document.pdf(PAPERS["pv"].draw(content()), at=AT)


@pytest.fixture(scope="module")
def signed(pv: bytes, pki: TestPki) -> bytes:
    return local.sign(pv, pki.sign, reason="Procès-verbal").content


def examined(data: bytes, pv: bytes, pki: TestPki | None = None) -> Report:
    authorities = [one for anchor in pki.anchors for one in _loaded(anchor)] if pki else []
    return verifying.examine(data, {hashlib.sha256(pv).hexdigest(): len(pv)}, authorities)


def _loaded(certificate: Any) -> Iterator[Any]:
    return iter(load_certs_from_pemder_data(certificate.public_bytes(Encoding.DER)))


def outcomes(report: Report) -> dict[str, Outcome]:
    return {one.code: one.outcome for one in report.checks}


def revised(data: bytes, change: Any) -> bytes:
    """One more revision, with a change in it."""
    writer, target = IncrementalPdfFileWriter(io.BytesIO(data)), io.BytesIO()
    change(writer)
    writer.write(target)  # type: ignore[no-untyped-call]  # pyHanko
    return target.getvalue()


def first_page(writer: Any) -> Any:
    page = writer.root["/Pages"]["/Kids"]
    while "/Kids" in page[0]:
        page = page[0]["/Kids"]
    return page.raw_get(0), page[0]


def test_a_signature_made_here_is_intact_ours_and_pades(signed: bytes, pv: bytes, pki: TestPki) -> None:
    report = examined(signed, pv, pki)
    assert report.level == "PAdES B-B"
    assert report.failures == ()
    assert report.original_sha256 == hashlib.sha256(pv).hexdigest()
    assert outcomes(report)["confiance"] is PASSED
    assert outcomes(report)["horodatage"] is NOT_RUN
    assert signed.startswith(pv)
    assert report.signed_at is not None


def test_without_a_configured_authority_trust_is_not_judged(signed: bytes, pv: bytes) -> None:
    report = examined(signed, pv)
    assert outcomes(report)["confiance"] is NOT_RUN
    assert "TRAMONTANE_PV_AUTHORITIES" in next(one.detail for one in report.checks if one.code == "confiance")


def test_a_signer_no_authority_vouches_for_is_refused(pv: bytes, pki: TestPki) -> None:
    data = local.sign(pv, pki.sign_self_signed, reason="PV").content
    assert outcomes(examined(data, pv, pki))["confiance"] is FAILED


def test_a_changed_byte_is_seen_wherever_it_is(signed: bytes, pv: bytes) -> None:
    for place in (len(pv) // 2, len(pv) + 300):
        data = bytearray(signed)
        data[place] ^= 1
        assert examined(bytes(data), pv).failures, place


def test_bytes_added_after_the_signature_are_seen(signed: bytes, pv: bytes) -> None:
    assert outcomes(examined(signed + b"% rien\n", pv))["couverture"] is FAILED


def test_another_document_signed_is_not_our_pv(pv: bytes, pki: TestPki) -> None:
    other = document.pdf(PAPERS["support"].draw(content()), at=AT)
    report = examined(local.sign(other, pki.sign, reason="PV").content, pv)
    assert outcomes(report)["original"] is FAILED
    assert outcomes(report)["ajouts"] is NOT_RUN
    assert outcomes(report)["integrite"] is PASSED


def _page_rewritten(writer: Any) -> None:
    reference, page = first_page(writer)
    page["/Contents"] = writer.add_object(page["/Contents"].__class__(stream_data=b"BT ET"))
    writer.mark_update(reference)


def _stream_replaced(writer: Any) -> None:
    _, page = first_page(writer)
    page["/Contents"]._data = b"BT ET"
    page["/Contents"]._encoded_data = None
    writer.mark_update(page.raw_get("/Contents"))


def _note_added(writer: Any) -> None:
    reference, page = first_page(writer)
    note: Any = DictionaryObject({NameObject("/Subtype"): NameObject("/FreeText")})  # type: ignore[no-untyped-call]
    note[NameObject("/Contents")] = TextStringObject("36 mois")
    page["/Annots"] = ArrayObject([writer.add_object(note)])
    writer.mark_update(reference)


@pytest.mark.parametrize("forgery", [_page_rewritten, _stream_replaced, _note_added])
def test_a_pv_changed_before_it_is_signed_is_seen_although_the_signature_is_good(
    forgery: Any, pv: bytes, pki: TestPki
) -> None:
    data = local.sign(revised(pv, forgery), pki.sign, reason="PV").content
    report = examined(data, pv, pki)
    assert outcomes(report)["original"] is PASSED
    assert outcomes(report)["integrite"] is PASSED
    assert outcomes(report)["ajouts"] is FAILED


def test_our_bytes_count_only_if_the_tables_of_the_file_lead_to_them(signed: bytes, pv: bytes, pki: TestPki) -> None:
    """A forger may put our PV first, then another document whose tables never come back to it."""
    original = PdfFileReader(io.BytesIO(pv))
    other = document.pdf(PAPERS["support"].draw(content()), at=AT)
    reader = PdfFileReader(io.BytesIO(local.sign(other, pki.sign, reason="PV").content))
    assert unexpected(reader, original) == "le fichier contient notre PV sans le montrer"
    assert unexpected(PdfFileReader(io.BytesIO(signed)), original) == ""


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\nx", b"PK\x03\x04", b"\x00" * 5000])
def test_what_is_no_signed_pdf_is_said_so(junk: bytes, pv: bytes) -> None:
    report = examined(junk, pv)
    assert outcomes(report)["signature"] is FAILED
    assert report.level == ""


def test_our_own_unsigned_pv_is_not_a_signed_one(pv: bytes) -> None:
    report = examined(pv, pv)
    assert outcomes(report) == {"signature": FAILED, "original": PASSED}


def test_a_truncated_file_is_refused(signed: bytes, pv: bytes) -> None:
    assert examined(signed[:-900], pv).failures


def test_a_time_stamp_lifts_the_level(pv: bytes, pki: TestPki) -> None:
    stamper = DummyTimeStamper(next(_loaded(pki.sign.certificate)), _private(pki))
    signed = local.sign(pv, pki.sign, reason="PV", timestamper=stamper)
    report = examined(signed.content, pv)
    assert signed.timestamp_failure == ""
    assert report.level == "PAdES B-T"
    assert outcomes(report)["horodatage"] is PASSED


def _private(pki: TestPki) -> Any:
    pem = pki.sign.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return load_private_key_from_pemder_data(pem, passphrase=None)


class _Silent(TimeStamper):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko

    async def async_request_tsa_response(self, req: object) -> Any:
        raise OSError("rien ne répond")


@pytest.mark.parametrize("stamper", [local.timestamper("http://127.0.0.1:9/tsa"), _Silent()], ids=["no one", "silent"])
def test_a_time_stamp_that_fails_is_said_and_never_faked(stamper: TimeStamper, pv: bytes, pki: TestPki) -> None:
    signed = local.sign(pv, pki.sign, reason="PV", timestamper=stamper)
    assert signed.timestamp_failure
    report = examined(signed.content, pv)
    assert report.level == "PAdES B-B"
    assert outcomes(report)["horodatage"] is NOT_RUN


def test_no_time_stamping_service_is_none() -> None:
    assert local.timestamper("") is None


def test_a_scanned_paper_claims_nothing() -> None:
    report = scanned()
    assert outcomes(report) == {"signature": NOT_RUN}
    assert report.plain(verified_at=AT)["signed_at"] == ""
