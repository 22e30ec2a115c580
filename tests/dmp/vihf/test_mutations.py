"""Every byte of a signed assertion, changed twice (S10): nothing accepted, KeyInfo included."""

from __future__ import annotations

import pytest
from lxml import etree

from support.vihf_forgery import c14n, envelope, judge
from support.vihf_tokens import AIR_EXAMPLE, ISSUED, example_certificate, signer, token
from tramontane.dmp.vihf import PinnedCertificates, VerificationPolicy, verify, verify_assertion

_POLICY = VerificationPolicy(PinnedCertificates([signer().certificate, example_certificate()]))
# One bit of the value, and the bit that changes the case of a letter.
_FLIPS = (0x01, 0x20)


def _span(data: bytes) -> range:
    end = b"</saml2:Assertion>"
    return range(data.index(b"<saml2:Assertion"), data.index(end) + len(end))


def _mutants(data: bytes, flips):
    for position in _span(data):
        for flip in flips:
            yield position, data[:position] + bytes([data[position] ^ flip]) + data[position + 1 :]


@pytest.mark.parametrize("source", ["our token", "the example"])
def test_no_changed_byte_of_an_assertion_is_accepted(source: str):
    data = token() if source == "our token" else AIR_EXAMPLE
    assert verify_assertion(data, _POLICY, at=ISSUED).accepted
    accepted = [
        position for position, mutant in _mutants(data, _FLIPS) if verify_assertion(mutant, _POLICY, at=ISSUED).accepted
    ]
    assert accepted == []


def test_no_byte_removed_or_doubled_in_an_envelope_is_accepted():
    data = envelope()
    span = _span(data)
    removed = [p for p in span if verify(data[:p] + data[p + 1 :], _POLICY, at=ISSUED).accepted]
    doubled = [p for p in span if verify(data[: p + 1] + data[p:], _POLICY, at=ISSUED).accepted]
    assert removed == []
    # A second blank between two attributes is no change of the document.
    assert all(data[p : p + 1] == b" " and _same_document(data, data[: p + 1] + data[p:]) for p in doubled)


def _same_document(first: bytes, second: bytes) -> bool:
    return c14n(etree.fromstring(first)) == c14n(etree.fromstring(second))


@pytest.mark.campaign
def test_whatever_bit_or_mark_a_byte_becomes_only_the_same_document_is_accepted():
    data = token()
    flipped = [mutant for _, mutant in _mutants(data, [1 << bit for bit in range(8)])]
    marked = [data[:p] + bytes([mark]) + data[p + 1 :] for p in _span(data) for mark in b" \t\n<>&\"'/=;!?#"]
    for mutant in flipped + marked:
        if mutant != data and verify_assertion(mutant, _POLICY, at=ISSUED).accepted:
            assert _same_document(data, mutant)


def test_bytes_outside_the_assertion_are_not_vouched_for_but_never_raise():
    data = envelope()
    outside = [p for p in range(len(data)) if p not in _span(data)]
    for position in outside:
        for flip in (*_FLIPS, 0x80):
            judge(data[:position] + bytes([data[position] ^ flip]) + data[position + 1 :])
