"""A signed PDF is verified in a process of its own: what costs too much is refused, in words, and the server goes on."""

from __future__ import annotations

import hashlib
import threading
import zlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.paper_contents import AT, content
from support.pki import TestPki
from tramontane.dmp.errors import LocalError
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature import apart, local
from tramontane.ui import document


def bomb(megabytes: int) -> bytes:
    """A PDF of a few kilobytes whose table of objects, once inflated, is `megabytes` long."""
    squeezed = zlib.compress(bytes(megabytes << 20), 9)
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = b"<</Type/XRef/Size %d/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % (
        megabytes << 18,
        len(squeezed),
    )
    return body + b"2 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (table, squeezed, len(body))


def test_a_signed_pv_is_verified_as_in_this_process(pki: TestPki) -> None:
    pv = document.pdf(PAPERS["pv"].draw(content()), at=AT)
    signed = local.sign(pv, pki.sign, reason="PV").content
    digest = hashlib.sha256(pv).hexdigest()
    authorities = [anchor.public_bytes(Encoding.DER) for anchor in pki.anchors]
    report = apart.examine(signed, {digest: len(pv)}, authorities)
    assert (report.failures, report.original_sha256, report.level) == ((), digest, "PAdES B-B")
    assert report.trust == "vérifiée"
    assert report.signed_at is not None


def test_a_small_file_that_would_cost_minutes_is_killed_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 2.0)
    data = bomb(64)
    assert len(data) < 100_000
    report = apart.examine(data, {}, [])
    assert [(one.outcome, one.detail) for one in report.checks] == [(Outcome.FAILED, apart.TOO_HEAVY)]


def test_one_file_at_once_the_next_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(apart, "WAIT_FOR_A_TURN", 0.01)
    with apart._turns, pytest.raises(LocalError) as refused:
        apart.examine(b"%PDF-1.7", {}, [])
    assert refused.value.next_step == "réessayez dans un instant"
